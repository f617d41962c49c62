package demo

import "github.com/go-json-experiment/json"

// wireBeacon is the beacon of the collector's contract, for strict decoding.
type wireBeacon struct {
	ID          string             `json:"id"`
	Time        int64              `json:"time"`
	SDK         string             `json:"sdk"`
	Release     string             `json:"release"`
	Environment string             `json:"environment"`
	URL         string             `json:"url"`
	Route       string             `json:"route"`
	View        string             `json:"view"`
	Session     string             `json:"session"`
	User        string             `json:"user"`
	Navigation  bool               `json:"navigation"`
	SampleRate  float64            `json:"sample_rate"`
	Sampled     *bool              `json:"sampled"`
	Connection  string             `json:"connection"`
	Tags        map[string]string  `json:"tags"`
	Metrics     map[string]float64 `json:"metrics"`
	Errors      []struct {
		Type    string `json:"type"`
		Message string `json:"message"`
		Stack   string `json:"stack"`
		Handled bool   `json:"handled"`
		Time    int64  `json:"time"`
	} `json:"errors"`
	Requests []struct {
		URL      string  `json:"url"`
		Method   string  `json:"method"`
		Status   int     `json:"status"`
		Duration float64 `json:"duration"`
		Trace    string  `json:"trace"`
	} `json:"requests"`
	Events []struct {
		Name  string  `json:"name"`
		Value float64 `json:"value"`
	} `json:"events"`
}

// decode decodes a body and rejects unknown members, duplicate ones and data
// after the array.
func decode(body []byte) ([]wireBeacon, error) {
	var beacons []wireBeacon
	err := json.Unmarshal(body, &beacons, json.RejectUnknownMembers(true))
	return beacons, err
}
