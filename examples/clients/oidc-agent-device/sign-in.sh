set -e
eval "$(oidc-agent)" > /dev/null
trap 'oidc-agent --kill > /dev/null' EXIT

oidc-gen pixy --issuer "$ISSUER" --client-id "$CLIENT_ID" --client-secret "$CLIENT_SECRET" \
  --redirect-uri "http://localhost:$PORT" --scope "openid email offline_access" \
  --flow device --prompt none --pw-env

curl --silent --header "Authorization: Bearer $(oidc-token pixy)" "$ISSUER/userinfo"
