#!/usr/bin/env bash
# google.golang.org/grpc v1.85.0 (Go): credentials/sts.
#
# The call credentials for token exchange post a JSON object. RFC 8693, section 2.1, has a form (application/x-www-form-urlencoded) like
# every request to a token endpoint, so a server that keeps to it refuses the request before it reads a parameter; the RPC then fails with
# the body of that answer. Nothing can be set: the options have no client either, neither in the body nor in a header. The same exchange
# by golang.org/x/oauth2 v0.38.0 (google/externalaccount) is a form.
#
# Seen (the content type, and the names in the body):
#   grpc application/json: grant_type requested_token_type resource scope subject_token subject_token_type
#   x/oauth2 application/x-www-form-urlencoded: audience client grant_type requested_token_type scope subject_token subject_token_type
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export GOPATH="$folder/go" GOFLAGS=-modcacherw
cd "$folder"
cat > main.go <<'GO'
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"

	"golang.org/x/oauth2/google/externalaccount"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/sts"
)

const accessToken = "urn:ietf:params:oauth:token-type:access_token"

type secure struct{ credentials.CommonAuthInfo }

func (secure) AuthType() string { return "tls" }

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	seen := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := must(io.ReadAll(r.Body))
		names := []string{}
		var object map[string]any
		if json.Unmarshal(body, &object) == nil {
			for name := range object {
				names = append(names, name)
			}
		} else {
			for name := range must(url.ParseQuery(string(body))) {
				names = append(names, name)
			}
		}
		if r.Header.Get("Authorization") != "" {
			names = append(names, "client")
		}
		slices.Sort(names)
		seen = r.Header.Get("Content-Type") + ": " + strings.Join(names, " ")
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":"a","issued_token_type":%q,"token_type":"Bearer","expires_in":60}`, accessToken)
	}))
	defer server.Close()
	if err := os.WriteFile("subject", []byte("a token"), 0o600); err != nil {
		panic(err)
	}

	call := must(sts.NewCredentials(sts.Options{
		TokenExchangeServiceURI: server.URL,
		Resource:                "https://api.example",
		Scope:                   "orders:read",
		RequestedTokenType:      accessToken,
		SubjectTokenPath:        "subject",
		SubjectTokenType:        accessToken,
	}))
	info := credentials.RequestInfo{AuthInfo: secure{credentials.CommonAuthInfo{SecurityLevel: credentials.PrivacyAndIntegrity}}}
	must(call.GetRequestMetadata(credentials.NewContextWithRequestInfo(context.Background(), info)))
	fmt.Println("grpc", seen)

	source := must(externalaccount.NewTokenSource(context.Background(), externalaccount.Config{
		Audience:         "https://api.example",
		SubjectTokenType: accessToken,
		TokenURL:         server.URL,
		ClientID:         "gateway",
		ClientSecret:     "a secret",
		Scopes:           []string{"orders:read"},
		CredentialSource: &externalaccount.CredentialSource{File: "subject"},
	}))
	must(source.Token())
	fmt.Println("x/oauth2", seen)
}
GO
go mod init finding 2> /dev/null
go get google.golang.org/grpc@v1.85.0 golang.org/x/oauth2@v0.38.0 2> /dev/null
go mod tidy 2> /dev/null
seen=$(go run .)
echo "$seen"
[ "$seen" = 'grpc application/json: grant_type requested_token_type resource scope subject_token subject_token_type
x/oauth2 application/x-www-form-urlencoded: audience client grant_type requested_token_type scope subject_token subject_token_type' ]
