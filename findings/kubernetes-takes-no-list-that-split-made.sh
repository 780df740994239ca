#!/usr/bin/env bash
# k8s.io/apiserver 0.37.2 (Go module proxy): the OIDC authenticator, with structured authentication configuration.
#
# The scope of an access token is one text with spaces, so groups are made of it by claims.scope.split(' '). A configuration with this
# expression is valid, the server starts, and then every token is refused: of all the ways in which CEL keeps a list, the one of split()
# is not expected where the result is read. Anything that makes a new list of it helps, such as map(s, s) or filter().
#
# Seen (the expression for groups, and what came of a valid token with the scope "orders:read orders:write"):
#   claims.scope.split(' '): error evaluating group claim expression: expression must return a string or a list of strings
#   claims.scope.split(' ').map(s, s): [orders:read orders:write]
#   claims.scope.split(' ').filter(s, s != ''): [orders:read orders:write]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.go <<'GO'
package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"k8s.io/apiserver/pkg/apis/apiserver"
	"k8s.io/apiserver/plugin/pkg/authenticator/token/oidc"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// keySet has one key, which the authenticator would otherwise fetch from the issuer.
type keySet struct{ key crypto.PublicKey }

func (k keySet) VerifySignature(_ context.Context, token string) ([]byte, error) {
	parsed, err := jose.ParseSigned(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return nil, err
	}
	return parsed.Verify(k.key)
}

func main() {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	signer := must(jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, nil))
	token := must(jwt.Signed(signer).Claims(map[string]any{
		"iss": "https://sign-in.example", "aud": "https://cluster.example", "sub": "ada",
		"scope": "orders:read orders:write", "exp": time.Now().Add(time.Minute).Unix(),
	}).Serialize())
	for _, groups := range []string{
		"claims.scope.split(' ')",
		"claims.scope.split(' ').map(s, s)",
		"claims.scope.split(' ').filter(s, s != '')",
	} {
		authenticator := must(oidc.New(context.Background(), oidc.Options{
			JWTAuthenticator: apiserver.JWTAuthenticator{
				Issuer: apiserver.Issuer{URL: "https://sign-in.example", Audiences: []string{"https://cluster.example"}},
				ClaimMappings: apiserver.ClaimMappings{
					Username: apiserver.PrefixedClaimOrExpression{Expression: "claims.sub"},
					Groups:   apiserver.PrefixedClaimOrExpression{Expression: groups},
				},
			},
			KeySet:               keySet{key.Public()},
			SupportedSigningAlgs: []string{"ES256"},
		}))
		answer, _, err := authenticator.AuthenticateToken(context.Background(), token)
		if err != nil {
			fmt.Printf("%s: %s\n", groups, strings.TrimPrefix(err.Error(), "oidc: "))
		} else {
			fmt.Printf("%s: %v\n", groups, answer.User.GetGroups())
		}
	}
}
GO
export GOFLAGS='-mod=mod -modcacherw'
go mod init example.com/seen 2> go.log
go get k8s.io/apiserver@v0.37.2 github.com/go-jose/go-jose/v4@v4.1.9 2>> go.log
go build -o seen . 2>> go.log || { cat go.log; exit 1; }
seen=$(./seen 2>> go.log)
echo "$seen"
[ "$seen" = "claims.scope.split(' '): error evaluating group claim expression: expression must return a string or a list of strings
claims.scope.split(' ').map(s, s): [orders:read orders:write]
claims.scope.split(' ').filter(s, s != ''): [orders:read orders:write]" ]
