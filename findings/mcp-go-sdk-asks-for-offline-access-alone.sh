#!/usr/bin/env bash
# github.com/modelcontextprotocol/go-sdk v1.8.0 (Go): auth.AuthorizationCodeHandler with RequestRefreshToken.
#
# The handler adds offline_access to the scope that the MCP server names. Where the server names none, offline_access becomes the whole
# scope, and a request with a scope does not get the default of the authorization server (RFC 6749, section 3.3): the token may do nothing
# at the API. Without RequestRefreshToken, scope is left out.
#
# Seen (what names the scope, whether a refresh token is asked for, and the scope of the request):
#   the challenge, true: "notes offline_access"
#   the document of the resource, true: "notes offline_access"
#   nothing, true: "offline_access"
#   nothing, false: ""
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
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
)

const api, server = "https://notes.example/mcp", "https://server.example"

type network struct{ ofResource map[string]any }

func (n network) RoundTrip(request *http.Request) (*http.Response, error) {
	document := map[string]any{
		"issuer": server, "authorization_endpoint": server + "/authorize", "token_endpoint": server + "/token",
		"response_types_supported": []string{"code"}, "code_challenge_methods_supported": []string{"S256"},
		"scopes_supported": []string{"openid", "offline_access", "notes"},
	}
	if strings.Contains(request.URL.Path, "oauth-protected-resource") {
		document = map[string]any{"resource": api, "authorization_servers": []string{server}}
		for name, value := range n.ofResource {
			document[name] = value
		}
	}
	body, err := json.Marshal(document)
	header := http.Header{"Content-Type": {"application/json"}}
	return &http.Response{StatusCode: 200, Header: header, Body: io.NopCloser(strings.NewReader(string(body))), Request: request}, err
}

func scope(challenge string, ofResource map[string]any, refresh bool) string {
	asked := "nothing"
	handler, err := auth.NewAuthorizationCodeHandler(&auth.AuthorizationCodeHandlerConfig{
		PreregisteredClient: &oauthex.ClientCredentials{ClientID: "one"},
		RedirectURL:         "http://localhost/callback",
		RequestRefreshToken: refresh,
		Client:              &http.Client{Transport: network{ofResource}},
		AuthorizationCodeFetcher: func(_ context.Context, arguments *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
			address, err := url.Parse(arguments.URL)
			if err == nil {
				asked = address.Query().Get("scope")
			}
			return nil, errors.New("far enough")
		},
	})
	if err != nil {
		panic(err)
	}
	request, _ := http.NewRequest("POST", api, nil)
	header := http.Header{"Www-Authenticate": {"Bearer " + challenge}}
	response := &http.Response{StatusCode: 401, Header: header, Body: io.NopCloser(strings.NewReader("")), Request: request}
	if err := handler.Authorize(context.Background(), request, response); !strings.Contains(err.Error(), "far enough") {
		return err.Error()
	}
	return asked
}

func main() {
	ofResource := map[string]any{"scopes_supported": []string{"notes"}}
	fmt.Printf("the challenge, true: %q\n", scope(`scope="notes"`, nil, true))
	fmt.Printf("the document of the resource, true: %q\n", scope(`realm="notes"`, ofResource, true))
	for _, refresh := range []bool{true, false} {
		fmt.Printf("nothing, %v: %q\n", refresh, scope(`realm="notes"`, nil, refresh))
	}
}
GO
go mod init finding 2> /dev/null
go get github.com/modelcontextprotocol/go-sdk@v1.8.0 2> /dev/null
go mod tidy 2> /dev/null
seen=$(go run .)
echo "$seen"
[ "$seen" = 'the challenge, true: "notes offline_access"
the document of the resource, true: "notes offline_access"
nothing, true: "offline_access"
nothing, false: ""' ]
