package wire

import (
	"net/http"
	"strconv"
)

// answerStatus answers with a status and no body.
func answerStatus(status int) func(http.ResponseWriter, *Request, Result) {
	return func(w http.ResponseWriter, _ *Request, _ Result) { w.WriteHeader(status) }
}

// jsonType is shared by all answers: allocating it for each would only make
// garbage.
var jsonType = []string{"application/json"}

// answerCounts answers with 202 and the counts as JSON.
func answerCounts(w http.ResponseWriter, _ *Request, a Result) {
	body := make([]byte, 0, 48)
	body = append(body, `{"accepted": `...)
	body = strconv.AppendInt(body, int64(a.Accepted), 10)
	body = append(body, `, "rejected": `...)
	body = strconv.AppendInt(body, int64(a.Rejected), 10)
	body = append(body, "}\n"...)
	h := w.Header()
	h["Content-Type"] = jsonType
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(http.StatusAccepted)
	w.Write(body)
}

// bodyHash is the ResendID of formats whose resends have the same bytes: all
// their items carry times or random ids of their own.
func bodyHash(*http.Request) string { return "" }
