#!/usr/bin/env bash
# github.com/modelcontextprotocol/go-sdk 1.8.0 (Go module proxy): auth.AuthorizationCodeHandler and extauth.ClientCredentialsHandler.
#
# The MCP specification wants `resource`, the address of the MCP server, in every authorization and token request (RFC 8707). The handler
# that signs a person in sends it in both. The one for client credentials reads the same metadata of the same MCP server, takes the scope
# from it, and sends no `resource`, nor is there a setting for one. The authorization server cannot know which server the token is for.
#
# Seen (each request of the two handlers to the authorization server, and its resource):
#   GET /authorize: http://HOST/mcp
#   POST /token authorization_code: http://HOST/mcp
#   POST /token client_credentials: none
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.go <<'GO'
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/auth/extauth"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	answer := func(path string, body map[string]any) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			if path == "/token" {
				resource := cmp.Or(strings.ReplaceAll(r.FormValue("resource"), server.Listener.Addr().String(), "HOST"), "none")
				fmt.Printf("POST /token %s: %s\n", r.FormValue("grant_type"), resource)
			}
			w.Header().Set("Content-Type", "application/json")
			json.NewEncoder(w).Encode(body)
		})
	}
	answer("/.well-known/oauth-protected-resource/mcp", map[string]any{
		"resource": server.URL + "/mcp", "authorization_servers": []string{server.URL}, "scopes_supported": []string{"notes"},
	})
	answer("/.well-known/oauth-authorization-server", map[string]any{
		"issuer": server.URL, "authorization_endpoint": server.URL + "/authorize", "token_endpoint": server.URL + "/token",
		"response_types_supported": []string{"code"}, "code_challenge_methods_supported": []string{"S256"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_post"},
	})
	answer("/token", map[string]any{"access_token": "a-token", "token_type": "Bearer", "expires_in": 60})

	// What a browser would open: the code comes back at once.
	visit := func(_ context.Context, request *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
		query := must(http.NewRequest("GET", request.URL, nil)).URL.Query()
		fmt.Printf("GET /authorize: %s\n", strings.ReplaceAll(query.Get("resource"), server.Listener.Addr().String(), "HOST"))
		return &auth.AuthorizationResult{Code: "a-code", State: query.Get("state")}, nil
	}
	credentials := &oauthex.ClientCredentials{ClientID: "nightly", ClientSecretAuth: &oauthex.ClientSecretAuth{ClientSecret: "a secret"}}
	person := must(auth.NewAuthorizationCodeHandler(&auth.AuthorizationCodeHandlerConfig{
		PreregisteredClient: credentials, RedirectURL: "http://127.0.0.1/callback", AuthorizationCodeFetcher: visit,
	}))
	program := must(extauth.NewClientCredentialsHandler(&extauth.ClientCredentialsHandlerConfig{Credentials: credentials}))
	for _, handler := range []auth.OAuthHandler{person, program} {
		request := must(http.NewRequest("POST", server.URL+"/mcp", nil))
		refused := &http.Response{StatusCode: http.StatusUnauthorized, Header: http.Header{}, Body: http.NoBody}
		if err := handler.Authorize(context.Background(), request, refused); err != nil {
			panic(err)
		}
	}
}
GO
export GOFLAGS='-mod=mod -modcacherw'
go mod init example.com/seen 2> go.log
go get github.com/modelcontextprotocol/go-sdk@v1.8.0 2>> go.log
go build -o seen . 2>> go.log || { cat go.log; exit 1; }
seen=$(./seen)
echo "$seen"
[ "$seen" = "GET /authorize: http://HOST/mcp
POST /token authorization_code: http://HOST/mcp
POST /token client_credentials: none" ]
