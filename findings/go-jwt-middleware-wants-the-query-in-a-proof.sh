#!/usr/bin/env bash
# github.com/auth0/go-jwt-middleware/v3 v3.1.0 (Go): CheckJWT with a DPoP-bound access token.
#
# The htu of a proof is the address without query and fragment (RFC 9449, section 4.2), and is compared after normalization (section 4.3).
# The middleware compares it as text with the whole address that was called: a request with a query is refused with 400, and with the
# query in htu, which other verifiers ignore or refuse, it passes. The path is compared decoded, so a proof for /a%20b is refused there,
# too. Clients that send the right htu work until the first address with a parameter.
#
# Seen (what is called, the htu of the proof, and the answer):
#   /notes, /notes: 200
#   /notes?page=2, /notes: 400 dpop_htu_mismatch
#   /notes?page=2, /notes?page=2: 200
#   /my%20notes, /my%20notes: 400 dpop_htu_mismatch
#   /my%20notes, /my notes: 200
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export GOPATH="$folder/go" GOFLAGS=-modcacherw
cd "$folder"
cat > main.go <<'GO'
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	jwtmiddleware "github.com/auth0/go-jwt-middleware/v3"
	"github.com/auth0/go-jwt-middleware/v3/validator"
)

const issuer, api = "https://server.example", "https://api.example"

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func encoded(value any) string {
	return base64.RawURLEncoding.EncodeToString(must(json.Marshal(value)))
}

func signed(key *ecdsa.PrivateKey, header, claims map[string]any) string {
	text := encoded(header) + "." + encoded(claims)
	digest := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		panic(err)
	}
	signature := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func main() {
	server, client := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	point := must(client.PublicKey.Bytes())
	x, y := base64.RawURLEncoding.EncodeToString(point[1:33]), base64.RawURLEncoding.EncodeToString(point[33:])
	thumbprint := sha256.Sum256([]byte(fmt.Sprintf(`{"crv":"P-256","kty":"EC","x":%q,"y":%q}`, x, y)))
	now := time.Now().Unix()
	token := signed(server, map[string]any{"alg": "ES256", "typ": "at+jwt"}, map[string]any{
		"iss": issuer, "aud": api, "sub": "ada", "iat": now, "exp": now + 60,
		"cnf": map[string]any{"jkt": base64.RawURLEncoding.EncodeToString(thumbprint[:])},
	})
	ath := sha256.Sum256([]byte(token))

	verifier := must(validator.New(
		validator.WithKeyFunc(func(context.Context) (any, error) { return &server.PublicKey, nil }),
		validator.WithAlgorithm(validator.ES256),
		validator.WithIssuer(issuer),
		validator.WithAudience(api),
	))
	middleware := must(jwtmiddleware.New(jwtmiddleware.WithValidator(verifier), jwtmiddleware.WithDPoPMode(jwtmiddleware.DPoPRequired)))
	notes := httptest.NewServer(middleware.CheckJWT(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
	defer notes.Close()

	for number, one := range [][2]string{
		{"/notes", "/notes"},
		{"/notes?page=2", "/notes"},
		{"/notes?page=2", "/notes?page=2"},
		{"/my%20notes", "/my%20notes"},
		{"/my%20notes", "/my notes"},
	} {
		request := must(http.NewRequest("GET", notes.URL+one[0], nil))
		request.Header.Set("Authorization", "DPoP "+token)
		request.Header.Set("DPoP", signed(client,
			map[string]any{"alg": "ES256", "typ": "dpop+jwt", "jwk": map[string]any{"kty": "EC", "crv": "P-256", "x": x, "y": y}},
			map[string]any{
				"jti": fmt.Sprint("proof ", number), "htm": "GET", "htu": notes.URL + one[1], "iat": now,
				"ath": base64.RawURLEncoding.EncodeToString(ath[:]),
			}))
		response := must(http.DefaultClient.Do(request))
		refusal := struct {
			Code string `json:"error_code"`
		}{}
		fmt.Printf("%s, %s: %d", one[0], one[1], response.StatusCode)
		if json.NewDecoder(response.Body).Decode(&refusal) == nil {
			fmt.Print(" ", refusal.Code)
		}
		fmt.Println()
	}
}
GO
go mod init finding 2> /dev/null
go get github.com/auth0/go-jwt-middleware/v3@v3.1.0 2> /dev/null
go mod tidy 2> /dev/null
seen=$(go run .)
echo "$seen"
[ "$seen" = '/notes, /notes: 200
/notes?page=2, /notes: 400 dpop_htu_mismatch
/notes?page=2, /notes?page=2: 200
/my%20notes, /my%20notes: 400 dpop_htu_mismatch
/my%20notes, /my notes: 200' ]
