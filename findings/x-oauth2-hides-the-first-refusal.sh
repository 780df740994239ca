#!/usr/bin/env bash
# golang.org/x/oauth2 0.38.0 (Go module): Config.Exchange with an Endpoint that has no AuthStyle, as go-oidc's Provider.Endpoint gives.
#
# The library finds out whether a server wants the secret in the header or in the form by trying: any refusal of the first request,
# also 400 invalid_grant from a server that took the secret, makes it send the same code a second time, with the secret in the form.
# The error that the caller gets is that of the second request. A code is good for one attempt, so a refusal such as "the
# code_verifier is missing" is hidden behind "the code was used before", and a server may take the repetition for a replay.
#
# Seen:
#   request 1: secret in the header
#   request 2: secret in the form
#   the caller reads: refusal 2
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
cat > main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"golang.org/x/oauth2"
)

func main() {
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		where := "form"
		if _, _, ok := r.BasicAuth(); ok {
			where = "header"
		}
		fmt.Printf("request %d: secret in the %s\n", requests, where)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"error":"invalid_grant","error_description":"refusal %d"}`, requests)
	}))
	defer server.Close()
	config := oauth2.Config{ClientID: "app", ClientSecret: "secret", Endpoint: oauth2.Endpoint{TokenURL: server.URL}}
	_, err := config.Exchange(context.Background(), "code")
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		fmt.Println("the caller reads:", refused.ErrorDescription)
	}
}
GO
export GOFLAGS=-mod=mod GOPATH="$folder/go" GOCACHE="$folder/cache"
go mod init finding >/dev/null 2>&1
go get golang.org/x/oauth2@v0.38.0 >/dev/null 2>&1
seen=$(go run .)
echo "$seen"
[ "$seen" = "request 1: secret in the header
request 2: secret in the form
the caller reads: refusal 2" ]
