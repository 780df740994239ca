package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

var sessions sync.Map // of *oauth2.Token; a database in a real app

func main() {
	ctx := context.Background()
	address := "localhost:" + os.Getenv("PORT")
	provider, err := oidc.NewProvider(ctx, os.Getenv("ISSUER"))
	if err != nil {
		log.Fatal(err)
	}
	verifier := provider.Verifier(&oidc.Config{ClientID: os.Getenv("CLIENT_ID")})
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	config := oauth2.Config{
		ClientID:     os.Getenv("CLIENT_ID"),
		ClientSecret: os.Getenv("CLIENT_SECRET"),
		Endpoint:     endpoint,
		RedirectURL:  "http://" + address + "/callback",
		Scopes:       []string{oidc.ScopeOpenID, "email", oidc.ScopeOfflineAccess},
	}

	http.HandleFunc("/sign-in", func(w http.ResponseWriter, r *http.Request) {
		state, nonce, codeVerifier := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
		setCookie(w, "state", state)
		setCookie(w, "nonce", nonce)
		setCookie(w, "verifier", codeVerifier)
		url := config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(codeVerifier))
		http.Redirect(w, r, url, http.StatusFound)
	})

	http.HandleFunc("/callback", func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if query.Get("state") != cookie(r, "state") {
			http.Error(w, "The state is not the one that was sent.", http.StatusBadRequest)
			return
		}
		if query.Has("error") {
			http.Error(w, query.Get("error_description"), http.StatusUnauthorized)
			return
		}
		token, err := config.Exchange(ctx, query.Get("code"), oauth2.VerifierOption(cookie(r, "verifier")))
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		rawIDToken, _ := token.Extra("id_token").(string)
		idToken, err := verifier.Verify(ctx, rawIDToken)
		if err != nil || idToken.Nonce != cookie(r, "nonce") {
			http.Error(w, "The ID token is not for this sign-in.", http.StatusUnauthorized)
			return
		}
		session := rand.Text()
		sessions.Store(session, token)
		setCookie(w, "session", session)
		http.Redirect(w, r, "/profile", http.StatusFound)
	})

	// Refreshes the tokens when they have expired.
	http.HandleFunc("/profile", func(w http.ResponseWriter, r *http.Request) {
		token, ok := sessions.Load(cookie(r, "session"))
		if !ok {
			http.Redirect(w, r, "/sign-in", http.StatusFound)
			return
		}
		source := config.TokenSource(ctx, token.(*oauth2.Token))
		person, err := provider.UserInfo(ctx, source)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		if current, err := source.Token(); err == nil {
			sessions.Store(cookie(r, "session"), current)
		}
		json.NewEncoder(w).Encode(person)
	})

	log.Fatal(http.ListenAndServe(address, nil))
}

func setCookie(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func cookie(r *http.Request, name string) string {
	cookie, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return cookie.Value
}
