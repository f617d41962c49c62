// Runs SQL scripts in DuckDB, each in its own database, and prints the rows of
// every statement that returns any. Input is a JSON list of scripts, output lists
// of rows.
import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const answers = [];
for (const script of JSON.parse(readFileSync(0, 'utf8'))) {
  const db = await (await DuckDBInstance.create()).connect();
  const statements = await db.extractStatements(script);
  const rows = [];
  for (let i = 0; i < statements.count; i++) {
    const answer = await (await statements.prepare(i)).runAndReadAll();
    if (answer.currentRowCount > 0) rows.push(answer.getRowObjectsJS());
  }
  answers.push(rows);
}
console.log(JSON.stringify(answers, (_, value) => typeof value === 'bigint' ? Number(value) : value));
