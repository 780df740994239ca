#!/usr/bin/env bash
# org.apache.artemis:artemis-server 2.56.0 (Maven): OIDCLoginModule, which lets message clients in by the access token that they send.
#
# An access token of RFC 9068 has the type at+jwt and says by client_id who asked for it; azp is a claim of ID tokens. The module takes
# no type but JWT, and no setting changes that. Without any setting, it also refuses each token that has no azp, so the tokens of many
# servers are refused twice; an ID token for the same audience passes.
#
# Seen (type and claim of a token that is right otherwise; then the module's setting; the result):
#   at+jwt, client_id, none: refused: JOSE header typ (type) at+jwt not allowed
#   at+jwt, client_id, requiredClaims with client_id: refused: JOSE header typ (type) at+jwt not allowed
#   JWT, client_id, none: refused: JWT missing required claims: [azp]
#   JWT, client_id, requiredClaims with client_id: let in
#   JWT, azp, none: let in
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>example</groupId>
  <artifactId>seen</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.artemis</groupId>
      <artifactId>artemis-server</artifactId>
      <version>2.56.0</version>
    </dependency>
  </dependencies>
</project>
XML
mvn --quiet --batch-mode dependency:build-classpath -Dmdep.outputFile=classpath > /dev/null
cat > Seen.java <<'JAVA'
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.login.LoginException;
import org.apache.activemq.artemis.spi.core.security.jaas.JwtCallback;
import org.apache.activemq.artemis.spi.core.security.jaas.OIDCLoginModule;

class Seen {
    static RSAKey key;
    static String issuer;

    public static void main(String[] arguments) throws Exception {
        key = new RSAKeyGenerator(2048).keyID("a").algorithm(JWSAlgorithm.RS256).generate();
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        issuer = "http://127.0.0.1:" + server.getAddress().getPort();
        String metadata = "{\"issuer\":\"" + issuer + "\",\"jwks_uri\":\"" + issuer + "/jwks\"}";
        String keys = new JWKSet(key.toPublicJWK()).toString();
        server.createContext("/", exchange -> {
            byte[] body = (exchange.getRequestURI().getPath().equals("/jwks") ? keys : metadata).getBytes();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        String own = "requiredClaims with client_id";
        for (String[] token : new String[][] {
            {"at+jwt", "client_id", "none"}, {"at+jwt", "client_id", own},
            {"JWT", "client_id", "none"}, {"JWT", "client_id", own}, {"JWT", "azp", "none"},
        }) System.out.println(String.join(", ", token) + ": " + login(token[0], token[1], token[2].equals(own)));
        Runtime.getRuntime().halt(0);
    }

    static String login(String type, String claim, boolean hasSetting) throws Exception {
        Map<String, String> settings = new HashMap<>(Map.of("provider", issuer, "audience", "https://broker.example"));
        if (hasSetting) settings.put("requiredClaims", "aud, iss, sub, client_id, exp");
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
            .issuer(issuer).subject("program").audience("https://broker.example").claim(claim, "program")
            .issueTime(new Date()).expirationTime(new Date(System.currentTimeMillis() + 600_000)).jwtID("one").build();
        SignedJWT token = new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("a").type(new JOSEObjectType(type)).build(), claims);
        token.sign(new RSASSASigner(key));
        CallbackHandler handler = callbacks -> {
            for (Callback callback : callbacks) if (callback instanceof JwtCallback one) one.setJwtToken(token.serialize());
        };
        for (int tries = 0; ; tries += 1) {
            OIDCLoginModule module = new OIDCLoginModule();
            module.initialize(new Subject(), handler, new HashMap<>(), settings);
            try {
                return module.login() ? "let in" : "ignored";
            } catch (LoginException refusal) {
                String reason = refusal.getMessage().replaceFirst("^JWT processing error: ", "").replaceFirst(" \\(jti=.*$", "");
                // It reads the metadata in the background when it is first asked.
                if (tries == 50 || reason.startsWith("JOSE header") || reason.startsWith("JWT missing")) return "refused: " + reason;
                Thread.sleep(100);
            }
        }
    }
}
JAVA
seen=$(java -cp "$(cat classpath)" Seen.java 2> errors) || { tail -n 5 errors; exit 1; }
echo "$seen"
[ "$seen" = 'at+jwt, client_id, none: refused: JOSE header typ (type) at+jwt not allowed
at+jwt, client_id, requiredClaims with client_id: refused: JOSE header typ (type) at+jwt not allowed
JWT, client_id, none: refused: JWT missing required claims: [azp]
JWT, client_id, requiredClaims with client_id: let in
JWT, azp, none: let in' ]
