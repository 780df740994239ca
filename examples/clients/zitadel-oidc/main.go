package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"sync"

	"github.com/zitadel/oidc/v3/pkg/client/rp"
	httphelper "github.com/zitadel/oidc/v3/pkg/http"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"golang.org/x/oauth2"
)

type (
	person = *oidc.UserInfo
	tokens = *oidc.Tokens[*oidc.IDTokenClaims]
)

var refreshTokens sync.Map // by session; a database in a real app

func main() {
	ctx := context.Background()
	address := "localhost:" + os.Getenv("PORT")
	key := make([]byte, 32)
	rand.Read(key)
	cookies := httphelper.NewCookieHandler(key, key, httphelper.WithUnsecure()) // WithUnsecure is for http on this machine only
	provider, err := rp.NewRelyingPartyOIDC(ctx,
		os.Getenv("ISSUER"), os.Getenv("CLIENT_ID"), os.Getenv("CLIENT_SECRET"), "http://"+address+"/callback",
		[]string{oidc.ScopeOpenID, oidc.ScopeEmail, oidc.ScopeOfflineAccess},
		rp.WithCookieHandler(cookies),
		rp.WithPKCE(cookies),
		rp.WithAuthStyle(oauth2.AuthStyleInHeader),
	)
	if err != nil {
		log.Fatal(err)
	}

	http.Handle("/sign-in", rp.AuthURLHandler(rand.Text, provider))

	http.Handle("/callback", rp.CodeExchangeHandler(rp.UserinfoCallback(
		func(w http.ResponseWriter, r *http.Request, tokens tokens, state string, provider rp.RelyingParty, person person) {
			session := rand.Text()
			refreshTokens.Store(session, tokens.RefreshToken)
			http.SetCookie(w, &http.Cookie{Name: "session", Value: session, Path: "/", HttpOnly: true})
			json.NewEncoder(w).Encode(person)
		}), provider))

	http.HandleFunc("/refresh", func(w http.ResponseWriter, r *http.Request) {
		session, err := r.Cookie("session")
		if err != nil {
			http.Redirect(w, r, "/sign-in", http.StatusFound)
			return
		}
		refreshToken, _ := refreshTokens.Load(session.Value)
		tokens, err := rp.RefreshTokens[*oidc.IDTokenClaims](r.Context(), provider, refreshToken.(string), "", "")
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		refreshTokens.Store(session.Value, tokens.RefreshToken)
		person, err := rp.Userinfo[person](r.Context(), tokens.AccessToken, tokens.TokenType, tokens.IDTokenClaims.Subject, provider)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		json.NewEncoder(w).Encode(person)
	})

	log.Fatal(http.ListenAndServe(address, nil))
}
