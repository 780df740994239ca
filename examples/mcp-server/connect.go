// Connects to the MCP server as connect.js does, with the SDK for Go; with CLIENT_SECRET, as a program that acts for nobody.
package main

import (
	"cmp"
	"context"
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/auth/extauth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
)

var (
	server  = cmp.Or(os.Getenv("SERVER"), "http://localhost:8090/mcp")
	address = "127.0.0.1:" + cmp.Or(os.Getenv("PORT"), "8091")
)

func main() {
	handler, err := handlerFor(os.Getenv("CLIENT_ID"), os.Getenv("CLIENT_SECRET"))
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	client := mcp.NewClient(&mcp.Implementation{Name: "notes-in-go", Version: "1.0.0"}, nil)
	session, err := client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: server, OAuthHandler: handler}, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()
	call(ctx, session, "add-note", map[string]any{"text": "Agents can sign in."})
	fmt.Println("Your notes:", call(ctx, session, "list-notes", nil))
}

func handlerFor(clientID, secret string) (auth.OAuthHandler, error) {
	if secret != "" {
		fmt.Printf("Calling %s as %s\n", server, clientID)
		credentials := &oauthex.ClientCredentials{ClientID: clientID, ClientSecretAuth: &oauthex.ClientSecretAuth{ClientSecret: secret}}
		return extauth.NewClientCredentialsHandler(&extauth.ClientCredentialsHandlerConfig{Credentials: credentials})
	}
	return auth.NewAuthorizationCodeHandler(&auth.AuthorizationCodeHandlerConfig{
		DynamicClientRegistrationConfig: &auth.DynamicClientRegistrationConfig{Metadata: &oauthex.ClientRegistrationMetadata{
			ClientName:   "Notes in Go",
			RedirectURIs: []string{"http://" + address + "/callback"},
			// Without them, the client gets no refresh token, whatever RequestRefreshToken says.
			GrantTypes:              []string{"authorization_code", "refresh_token"},
			TokenEndpointAuthMethod: "none",
		}},
		RequestRefreshToken:      true,
		AuthorizationCodeFetcher: signIn,
	})
}

// signIn prints where to sign in, and waits for the browser to come back.
func signIn(_ context.Context, request *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
	arrived := make(chan *http.Request, 1)
	listener := &http.Server{Addr: address, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "Signed in. Go back to the terminal.")
		arrived <- r
	})}
	defer listener.Close()
	go listener.ListenAndServe()
	fmt.Printf("Sign in at %s\n\n", request.URL)
	query := (<-arrived).URL.Query()
	if query.Has("error") {
		return nil, fmt.Errorf("refused: %s", query.Get("error_description"))
	}
	return &auth.AuthorizationResult{Code: query.Get("code"), State: query.Get("state"), Iss: query.Get("iss")}, nil
}

func call(ctx context.Context, session *mcp.ClientSession, name string, arguments any) string {
	result, err := session.CallTool(ctx, &mcp.CallToolParams{Name: name, Arguments: arguments})
	if err != nil {
		log.Fatal(err)
	}
	return result.Content[0].(*mcp.TextContent).Text
}
