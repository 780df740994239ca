#!/usr/bin/env bash
# github.com/sigstore/sigstore 1.10.11 (Go module proxy): oauthflow.NewClientCredentialsFlow, as cosign's flow client_credentials uses it.
#
# It asks for the scope "openid email", whatever the application wants, and takes nothing but an id_token from the answer. Client
# credentials are for a program itself: RFC 6749 (section 4.4.3) answers with an access token, and OpenID Connect has no ID token for it.
# An answer as the RFC shows it ends in an error that names no reason.
#
# Seen (the form of the request, and the error for an answer with an access token):
#   client_id=nightly client_secret=x grant_type=client_credentials scope=openid+email
#   unexpected error in client flow:
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/sigstore/sigstore/pkg/oauthflow"
)

func main() {
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	answer := func(path string, body map[string]any) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			if r.ParseForm(); r.Method == "POST" {
				fmt.Println(strings.ReplaceAll(r.PostForm.Encode(), "&", " "))
			}
			w.Header().Set("Content-Type", "application/json")
			json.NewEncoder(w).Encode(body)
		})
	}
	answer("/.well-known/openid-configuration", map[string]any{
		"issuer": server.URL, "authorization_endpoint": server.URL + "/authorize", "token_endpoint": server.URL + "/token",
		"jwks_uri": server.URL + "/jwks", "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
	})
	answer("/token", map[string]any{"access_token": "a-token", "token_type": "Bearer", "expires_in": 60})
	_, err := oauthflow.OIDConnect(server.URL, "nightly", "x", "", oauthflow.NewClientCredentialsFlow(server.URL))
	fmt.Println(strings.TrimSpace(err.Error()))
}
GO
export GOFLAGS='-mod=mod -modcacherw'
go mod init example.com/seen 2> go.log
go get github.com/sigstore/sigstore@v1.10.11 2>> go.log
go get github.com/sigstore/sigstore/pkg/oauthflow@v1.10.11 2>> go.log
go build -o seen . 2>> go.log || { cat go.log; exit 1; }
seen=$(./seen)
echo "$seen"
[ "$seen" = "client_id=nightly client_secret=x grant_type=client_credentials scope=openid+email
unexpected error in client flow:" ]
