#!/usr/bin/env bash
# Spring Security 7.1.2 (spring-security-oauth2-authorization-server), JdbcRegisteredClientRepository on H2 2.4.240, and 1.5.2 alike.
#
# A comma may stand in a URI as it is (RFC 3986, section 2.2), and a redirect URI is compared as a simple string (RFC 9700, section 2.1). The
# table oauth2_registered_client keeps the redirect URIs of a client as one text with commas between them, and reads that text back at every
# comma. A client that is saved with one URI that has a comma in its query is found again with two, neither of which is the one it was given:
# its sign-ins are refused from then on, and one of the two is no URI. The same client in InMemoryRegisteredClientRepository keeps its URI.
#
# Seen:
#   saved: [https://app.example.com/cb?fields=a,b]
#   in memory: [https://app.example.com/cb?fields=a,b]
#   from the table: [b, https://app.example.com/cb?fields=a]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId>
  <artifactId>commas</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.springframework.security</groupId>
      <artifactId>spring-security-oauth2-authorization-server</artifactId>
      <version>7.1.2</version>
    </dependency>
    <dependency><groupId>org.springframework</groupId><artifactId>spring-jdbc</artifactId><version>7.0.6</version></dependency>
    <dependency><groupId>com.h2database</groupId><artifactId>h2</artifactId><version>2.4.240</version></dependency>
    <dependency><groupId>commons-logging</groupId><artifactId>commons-logging</artifactId><version>1.3.5</version></dependency>
  </dependencies>
</project>
XML
cat > Commas.java <<'JAVA'
import java.util.TreeSet;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.JdbcRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;

public class Commas {
    public static void main(String[] arguments) {
        RegisteredClient app = RegisteredClient.withId("1")
            .clientId("app")
            .clientAuthenticationMethod(ClientAuthenticationMethod.NONE)
            .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
            .redirectUri("https://app.example.com/cb?fields=a,b")
            .scope("openid")
            .build();
        var database = new EmbeddedDatabaseBuilder()
            .setType(EmbeddedDatabaseType.H2)
            .addScript("org/springframework/security/oauth2/server/authorization/client/oauth2-registered-client-schema.sql")
            .build();
        RegisteredClientRepository table = new JdbcRegisteredClientRepository(new JdbcTemplate(database));
        table.save(app);
        show("saved", app);
        show("in memory", new InMemoryRegisteredClientRepository(app).findByClientId("app"));
        show("from the table", table.findByClientId("app"));
    }

    static void show(String where, RegisteredClient client) {
        System.out.println(where + ": " + new TreeSet<>(client.getRedirectUris()));
    }
}
JAVA
mvn --quiet --batch-mode dependency:build-classpath -Dmdep.outputFile=classpath > maven.log 2>&1 || { cat maven.log >&2; exit 1; }
seen=$(java -cp "$(cat classpath)" Commas.java 2> java.log) || { cat java.log >&2; exit 1; }
echo "$seen"
[ "$seen" = "saved: [https://app.example.com/cb?fields=a,b]
in memory: [https://app.example.com/cb?fields=a,b]
from the table: [b, https://app.example.com/cb?fields=a]" ]
