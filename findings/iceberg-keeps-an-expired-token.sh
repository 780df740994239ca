#!/usr/bin/env bash
# Apache Iceberg 1.12.0 (Maven: iceberg-core): RESTCatalog with rest.auth.type=oauth2, a credential, and an authorization server of its own.
#
# A client whose token expires asks for another one with its credential (RFC 6749, section 4.4; there is no refresh token). The catalog
# client instead exchanges its own token for a new one (RFC 8693), first with that token as the only authentication, then with the
# credential. When both are refused, also as unsupported_grant_type, it never asks with the credential again: it goes on with the token
# that has expired, so a long-running job fails after its first hour. With token-exchange-enabled=false it asks anew in time.
#
# Seen, for tokens of two seconds, used at once and eight seconds later (each kind of request once in a row):
#   token-exchange-enabled=true
#   client credentials, credential in the form
#   catalog, the first token
#   token exchange, Bearer
#   token exchange, Basic
#   catalog, the first token
#   token-exchange-enabled=false
#   client credentials, credential in the form
#   catalog, the first token
#   client credentials, credential in the form
#   catalog, a later token
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
      <groupId>org.apache.iceberg</groupId>
      <artifactId>iceberg-core</artifactId>
      <version>1.12.0</version>
    </dependency>
  </dependencies>
</project>
XML
mvn --quiet --batch-mode dependency:build-classpath -Dmdep.outputFile=classpath > /dev/null
cat > Seen.java <<'JAVA'
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.rest.RESTCatalog;

class Seen {
    static final List<String> seen = Collections.synchronizedList(new ArrayList<>());
    static volatile int issued;

    public static void main(String[] arguments) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/token", Seen::answerTokenRequest);
        server.createContext("/v1/", Seen::answerCatalogRequest);
        server.start();
        String origin = "http://127.0.0.1:" + server.getAddress().getPort();
        for (String enabled : List.of("true", "false")) {
            note("token-exchange-enabled=" + enabled);
            issued = 0;
            try (RESTCatalog catalog = new RESTCatalog()) {
                catalog.initialize("catalog", Map.of(
                    "uri", origin, "rest.auth.type", "oauth2", "oauth2-server-uri", origin + "/token",
                    "credential", "app:a secret", "token-exchange-enabled", enabled));
                catalog.listNamespaces();
                Thread.sleep(8_000);
                catalog.listNamespaces();
            }
        }
        seen.forEach(System.out::println);
        System.exit(0);
    }

    static void answerTokenRequest(HttpExchange exchange) throws IOException {
        String form = new String(exchange.getRequestBody().readAllBytes());
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        String how = header == null ? "credential in the form" : header.split(" ")[0];
        if (form.contains("token-exchange")) {
            note("token exchange, " + how);
            send(exchange, 400, "{\"error\":\"unsupported_grant_type\"}");
        } else {
            note("client credentials, " + how);
            issued += 1;
            send(exchange, 200, "{\"access_token\":\"token-" + issued + "\",\"token_type\":\"Bearer\",\"expires_in\":2}");
        }
    }

    static void answerCatalogRequest(HttpExchange exchange) throws IOException {
        boolean first = "Bearer token-1".equals(exchange.getRequestHeaders().getFirst("Authorization"));
        note("catalog, " + (first ? "the first token" : "a later token"));
        boolean asksConfig = exchange.getRequestURI().getPath().endsWith("/config");
        send(exchange, 200, asksConfig ? "{\"defaults\":{},\"overrides\":{}}" : "{\"namespaces\":[]}");
    }

    static void send(HttpExchange exchange, int status, String json) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, json.length());
        exchange.getResponseBody().write(json.getBytes());
        exchange.close();
    }

    static void note(String line) {
        if (seen.isEmpty() || !seen.get(seen.size() - 1).equals(line)) seen.add(line);
    }
}
JAVA
seen=$(java -cp "$(cat classpath)" Seen.java 2> /dev/null)
echo "$seen"
[ "$seen" = "token-exchange-enabled=true
client credentials, credential in the form
catalog, the first token
token exchange, Bearer
token exchange, Basic
catalog, the first token
token-exchange-enabled=false
client credentials, credential in the form
catalog, the first token
client credentials, credential in the form
catalog, a later token" ]
