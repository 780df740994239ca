// Gets a token that is bound to a key, and reads the policy with it, each time once more with the nonce that the server gives.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

type client struct {
	key   *ecdsa.PrivateKey
	nonce string
}

// RFC 9449 section 4.2.
func (c *client) proof(method, url, token string) string {
	options := (&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt")
	signer := must(jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: c.key}, options))
	claims := map[string]any{"jti": rand.Text(), "htm": method, "htu": url, "iat": time.Now().Unix()}
	if token != "" {
		hash := sha256.Sum256([]byte(token))
		claims["ath"] = base64.RawURLEncoding.EncodeToString(hash[:])
	}
	if c.nonce != "" {
		claims["nonce"] = c.nonce
	}
	return must(jwt.Signed(signer).Claims(claims).Serialize())
}

func (c *client) send(method, url, form, token string) (int, []byte) {
	for attempt := 0; ; attempt++ {
		request := must(http.NewRequest(method, url, strings.NewReader(form)))
		request.Header.Set("DPoP", c.proof(method, url, token))
		if token == "" {
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			request.SetBasicAuth(os.Getenv("CLIENT_ID"), os.Getenv("CLIENT_SECRET"))
		} else {
			request.Header.Set("Authorization", "DPoP "+token)
		}
		answer := must(http.DefaultClient.Do(request))
		body := must(io.ReadAll(answer.Body))
		c.nonce = answer.Header.Get("DPoP-Nonce")
		if answer.StatusCode == http.StatusOK || attempt == 1 {
			return answer.StatusCode, body
		}
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	issuer := os.Getenv("ISSUER")
	tokenClient := &client{key: must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))}
	_, body := tokenClient.send("POST", issuer+"/token", "grant_type=client_credentials&scope=pixy:read", "")
	var tokens struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
	}
	if err := json.Unmarshal(body, &tokens); err != nil {
		panic(err)
	}
	resourceClient := &client{key: tokenClient.key}
	status, policy := resourceClient.send("GET", issuer+"/admin/policy", "", tokens.AccessToken)
	fmt.Println(tokens.TokenType, status, string(policy))
}
