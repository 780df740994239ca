#!/usr/bin/env bash
# github.com/modelcontextprotocol/go-sdk 1.8.0 (Go module proxy): auth.AuthorizationCodeHandler with DynamicClientRegistrationConfig.
#
# With RequestRefreshToken the handler asks for the scope offline_access as soon as the server has it. The registration that it posts just
# before has no grant_types, which means authorization_code alone (RFC 7591, section 2): a server that goes by it gives no refresh token,
# without an error, and the person signs in again when the access token ends. GrantTypes of the metadata must be set beside the option.
#
# Seen (what the registration has, and then the scope of the authorization request):
#   application_type client_name redirect_uris
#   notes offline_access
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.go <<'GO'
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/auth"
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
	answer := func(path string, status int, body map[string]any) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			if path == "/clients" {
				var sent map[string]any
				json.NewDecoder(r.Body).Decode(&sent)
				fmt.Println(strings.Join(slices.Sorted(maps.Keys(sent)), " "))
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			json.NewEncoder(w).Encode(body)
		})
	}
	answer("/.well-known/oauth-protected-resource/mcp", 200, map[string]any{
		"resource": server.URL + "/mcp", "authorization_servers": []string{server.URL}, "scopes_supported": []string{"notes"},
	})
	answer("/.well-known/oauth-authorization-server", 200, map[string]any{
		"issuer": server.URL, "authorization_endpoint": server.URL + "/authorize", "token_endpoint": server.URL + "/token",
		"registration_endpoint": server.URL + "/clients", "scopes_supported": []string{"notes", "offline_access"},
		"response_types_supported": []string{"code"}, "code_challenge_methods_supported": []string{"S256"},
	})
	answer("/clients", 201, map[string]any{
		"client_id": "an-agent", "redirect_uris": []string{"http://127.0.0.1/callback"}, "token_endpoint_auth_method": "none",
		"grant_types": []string{"authorization_code"},
	})
	answer("/token", 200, map[string]any{"access_token": "a-token", "token_type": "Bearer", "expires_in": 60})

	// What a browser would open: the code comes back at once.
	visit := func(_ context.Context, request *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
		query := must(http.NewRequest("GET", request.URL, nil)).URL.Query()
		fmt.Println(strings.Join(slices.Sorted(slices.Values(strings.Fields(query.Get("scope")))), " "))
		return &auth.AuthorizationResult{Code: "a-code", State: query.Get("state")}, nil
	}
	handler := must(auth.NewAuthorizationCodeHandler(&auth.AuthorizationCodeHandlerConfig{
		DynamicClientRegistrationConfig: &auth.DynamicClientRegistrationConfig{Metadata: &oauthex.ClientRegistrationMetadata{
			ClientName: "An agent", RedirectURIs: []string{"http://127.0.0.1/callback"},
		}},
		AuthorizationCodeFetcher: visit,
		RequestRefreshToken:      true,
	}))
	request := must(http.NewRequest("POST", server.URL+"/mcp", nil))
	refused := &http.Response{StatusCode: http.StatusUnauthorized, Header: http.Header{}, Body: http.NoBody}
	if err := handler.Authorize(context.Background(), request, refused); err != nil {
		panic(err)
	}
}
GO
export GOFLAGS='-mod=mod -modcacherw'
go mod init example.com/seen 2> go.log
go get github.com/modelcontextprotocol/go-sdk@v1.8.0 2>> go.log
go build -o seen . 2>> go.log || { cat go.log; exit 1; }
seen=$(./seen)
echo "$seen"
[ "$seen" = "application_type client_name redirect_uris
notes offline_access" ]
