package demo

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// wireBeacon is the contract's beacon, and the agent's name in it, to decode
// strictly what the shop sends.
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

// decode reads a body as strictly as it can be read.
func decode(body []byte) ([]wireBeacon, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	var beacons []wireBeacon
	if err := d.Decode(&beacons); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows the array")
	}
	return beacons, nil
}
