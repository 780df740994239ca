set -e
eval "$(oidc-agent)" > /dev/null
trap 'oidc-agent --kill > /dev/null' EXIT

oidc-gen pixy --issuer "$ISSUER" --client-id "$CLIENT_ID" --client-secret= \
  --redirect-uri "http://localhost:$PORT" --scope "openid email offline_access" \
  --flow code --no-url-call --prompt none --pw-env

curl --silent --header "Authorization: Bearer $(oidc-token pixy)" "$ISSUER/userinfo"
