#!/usr/bin/env bash
# ScribeJava 8.3.3 (Maven: scribejava-core): the device flow of a client with a secret.
#
# A client that has a secret authenticates at the device authorization endpoint as it does at the token endpoint (RFC 8628, section 3.1).
# The library sends its id alone there, and the id and the secret with every poll. So a server that follows the RFC refuses the first
# request with invalid_client, and the error says nothing of the endpoint.
#
# Seen (the endpoint, the Authorization header, and the names in the form):
#   /device_authorization none: client_id scope
#   /token Basic: device_code grant_type
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
      <groupId>com.github.scribejava</groupId>
      <artifactId>scribejava-core</artifactId>
      <version>8.3.3</version>
    </dependency>
  </dependencies>
</project>
XML
mvn --quiet --batch-mode dependency:build-classpath -Dmdep.outputFile=classpath > /dev/null
cat > Seen.java <<'JAVA'
import com.github.scribejava.core.builder.ServiceBuilder;
import com.github.scribejava.core.builder.api.DefaultApi20;
import com.github.scribejava.core.oauth.OAuth20Service;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.stream.Collectors;

class Seen {
    public static void main(String[] arguments) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/device_authorization", exchange -> answer(exchange,
            "{\"device_code\":\"one\",\"user_code\":\"ONE\",\"verification_uri\":\"https://server.example\",\"expires_in\":600}"));
        server.createContext("/token", exchange -> answer(exchange, "{\"access_token\":\"one\",\"token_type\":\"Bearer\"}"));
        server.start();
        String origin = "http://127.0.0.1:" + server.getAddress().getPort();
        OAuth20Service service = new ServiceBuilder("app").apiSecret("a secret").defaultScope("openid").build(new DefaultApi20() {
            @Override
            public String getAccessTokenEndpoint() {
                return origin + "/token";
            }

            @Override
            public String getDeviceAuthorizationEndpoint() {
                return origin + "/device_authorization";
            }

            @Override
            protected String getAuthorizationBaseUrl() {
                return origin;
            }
        });
        service.pollAccessTokenDeviceAuthorizationGrant(service.getDeviceAuthorizationCodes());
        System.exit(0);
    }

    static void answer(HttpExchange exchange, String json) throws IOException {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        String form = new String(exchange.getRequestBody().readAllBytes());
        String names = Arrays.stream(form.split("&")).map(pair -> pair.split("=")[0]).sorted().collect(Collectors.joining(" "));
        System.out.println(exchange.getRequestURI() + " " + (header == null ? "none" : header.split(" ")[0]) + ": " + names);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, json.length());
        exchange.getResponseBody().write(json.getBytes());
        exchange.close();
    }
}
JAVA
seen=$(java -cp "$(cat classpath)" Seen.java)
echo "$seen"
[ "$seen" = "/device_authorization none: client_id scope
/token Basic: device_code grant_type" ]
