// A TLS client of Go's crypto/tls and crypto/x509, as Kubernetes and the controllers in Go have it: asks what comes on standard input and
// prints, for each question, an empty text or why it does not believe the server.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net"
	"os"
	"strconv"
	"time"
)

type question struct {
	Port  int    `json:"port"`
	Host  string `json:"host"`
	Trust string `json:"trust"`
}

func ask(asked question) string {
	pem, err := os.ReadFile(asked.Trust)
	if err != nil {
		return err.Error()
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return "nothing in " + asked.Trust
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(asked.Port))
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	connection, err := tls.DialWithDialer(dialer, "tcp", address, &tls.Config{RootCAs: roots, ServerName: asked.Host})
	if err != nil {
		return err.Error()
	}
	connection.Close()
	return ""
}

func main() {
	var questions []question
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		panic(err)
	}
	answers := make([]string, len(questions))
	for index, asked := range questions {
		answers[index] = ask(asked)
	}
	json.NewEncoder(os.Stdout).Encode(answers)
}
