/** A random identifier of about 96 bits. `crypto` is absent in old browsers. */
export const newID = () => {
  const words = new Uint32Array(3);
  try {
    crypto.getRandomValues(words);
  } catch {
    words.forEach((_, i) => (words[i] = Math.random() * 2 ** 32));
  }
  return Array.from(words, (w) => w.toString(36)).join('');
};
