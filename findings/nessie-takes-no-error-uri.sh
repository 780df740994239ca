#!/usr/bin/env bash
# org.projectnessie.nessie:nessie-client 0.110.0 (Maven), OAuth 2.0 authentication.
#
# An error response may have error_uri beside error and error_description (RFC 6749, section 5.2), and other members. The client reads
# its JSON strictly: with any member beyond those two, the reader fails, and what the program gets is "java.io.IOException: closed",
# without status, error or description. The device flow ends there, too, because it does not see authorization_pending any more. And
# neither flow for people has PKCE: no code_challenge is in the address or in the device request.
#
# Seen (the members beside error; what client credentials and the device flow end with; last, what the two flows for people send):
#   error_description: invalid_scope: No such scope. / a token
#   error_description, error_uri: java.io.IOException: closed / java.io.IOException: closed
#   device request: scope
#   address: response_type client_id scope redirect_uri state
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
      <groupId>org.projectnessie.nessie</groupId>
      <artifactId>nessie-client</artifactId>
      <version>0.110.0</version>
    </dependency>
  </dependencies>
</project>
XML
mvn --quiet --batch-mode dependency:build-classpath -Dmdep.outputFile=classpath > /dev/null
cat > Seen.java <<'JAVA'
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.projectnessie.client.auth.oauth2.GrantType;
import org.projectnessie.client.auth.oauth2.OAuth2AuthenticationProvider;
import org.projectnessie.client.auth.oauth2.OAuth2AuthenticatorConfig;
import org.projectnessie.client.auth.oauth2.OAuth2Exception;

class Seen {
    static String origin;
    static String beside;
    static String deviceRequest;
    static int polls;

    public static void main(String[] arguments) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/device", Seen::answerDeviceRequest);
        server.createContext("/token", Seen::answerTokenRequest);
        server.start();
        origin = "http://127.0.0.1:" + server.getAddress().getPort();
        PrintStream out = System.out;
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        System.setOut(new PrintStream(messages, true));
        for (String members : List.of("error_description", "error_description, error_uri")) {
            beside = members.replace("error_description", ",\"error_description\":\"No such scope.\"")
                .replace(", error_uri", ",\"error_uri\":\"https://issuer.example/errors\"");
            polls = 0;
            out.println(members + ": " + ask(GrantType.CLIENT_CREDENTIALS) + " / " + ask(GrantType.DEVICE_CODE));
        }
        out.println("device request: " + names(deviceRequest));
        Thread person = new Thread(() -> ask(GrantType.AUTHORIZATION_CODE));
        person.setDaemon(true);
        person.start();
        for (int tries = 0; tries < 100 && !messages.toString().contains("redirect_uri="); tries++) Thread.sleep(100);
        String address = messages.toString().lines().filter(line -> line.contains("/authorize?")).findFirst().orElseThrow();
        out.println("address: " + names(address.substring(address.indexOf('?') + 1)));
        Runtime.getRuntime().halt(0);
    }

    static String ask(GrantType grantType) {
        var config = OAuth2AuthenticatorConfig.builder()
            .tokenEndpoint(URI.create(origin + "/token")).deviceAuthEndpoint(URI.create(origin + "/device"))
            .authEndpoint(URI.create(origin + "/authorize")).authorizationCodeFlowTimeout(Duration.ofSeconds(30))
            .clientId("app").clientSecret("a secret").scopes(List.of("read")).grantType(grantType).build();
        try (var authenticator = OAuth2AuthenticationProvider.newAuthenticator(config)) {
            authenticator.start();
            authenticator.authenticate();
            return "a token";
        } catch (Throwable thrown) {
            Throwable cause = thrown;
            while (cause.getCause() != null) cause = cause.getCause();
            return cause instanceof OAuth2Exception refusal
                ? refusal.getErrorCode() + ": " + refusal.getErrorDescription()
                : cause.toString();
        }
    }

    static void answerDeviceRequest(HttpExchange exchange) throws IOException {
        deviceRequest = new String(exchange.getRequestBody().readAllBytes());
        send(exchange, 200, "{\"device_code\":\"d\",\"user_code\":\"U\",\"verification_uri\":\"" + origin
            + "/u\",\"expires_in\":60,\"interval\":5}");
    }

    static void answerTokenRequest(HttpExchange exchange) throws IOException {
        boolean isPoll = new String(exchange.getRequestBody().readAllBytes()).contains("device_code");
        if (isPoll && ++polls > 1) send(exchange, 200, "{\"access_token\":\"t\",\"token_type\":\"Bearer\",\"expires_in\":60}");
        else send(exchange, 400, "{\"error\":\"" + (isPoll ? "authorization_pending" : "invalid_scope") + "\"" + beside + "}");
    }

    static String names(String form) {
        return Arrays.stream(form.strip().split("&")).map(pair -> pair.split("=")[0]).collect(Collectors.joining(" "));
    }

    static void send(HttpExchange exchange, int status, String json) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, json.length());
        exchange.getResponseBody().write(json.getBytes());
        exchange.close();
    }
}
JAVA
seen=$(java -cp "$(cat classpath)" Seen.java 2> errors) || { tail -n 5 errors; exit 1; }
echo "$seen"
[ "$seen" = 'error_description: invalid_scope: No such scope. / a token
error_description, error_uri: java.io.IOException: closed / java.io.IOException: closed
device request: scope
address: response_type client_id scope redirect_uri state' ]
