package hello;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The greeting over real HTTP. */
@MicronautTest(transactional = false)
class GreetingTest {

    @Inject
    EmbeddedServer server;

    private HttpResponse<String> get(String accept) {
        return Client.send("GET", server.getURI().resolve("/"), accept);
    }

    @Test
    void textHasTwoLines() {
        HttpResponse<String> answer = get("text/plain");
        assertEquals(200, answer.statusCode());
        assertEquals("text/plain;charset=utf-8", Client.type(answer));
        assertEquals(
                "%s, %s!\nversion %s, commit %s, pod %s\n"
                        .formatted(
                                Client.MESSAGE,
                                Client.NAME,
                                Client.build("git.build.version"),
                                Client.build("git.commit.id"),
                                Client.POD),
                answer.body());
    }

    @Test
    void jsonHasFiveFields() {
        HttpResponse<String> answer = get("application/json");
        assertEquals(200, answer.statusCode());
        assertEquals("application/json", Client.type(answer));
        assertEquals(
                "{\"message\":\"%s\",\"name\":\"%s\",\"version\":\"%s\",\"commit\":\"%s\",\"pod\":\"%s\"}"
                        .formatted(
                                Client.MESSAGE.replace("\"", "\\\""),
                                Client.NAME,
                                Client.build("git.build.version"),
                                Client.build("git.commit.id"),
                                Client.POD),
                answer.body());
    }

    @Test
    void pageEscapesWhatItShows() {
        HttpResponse<String> answer = get("text/html");
        assertEquals(200, answer.statusCode());
        assertEquals("text/html;charset=utf-8", Client.type(answer));
        String page = answer.body();
        assertTrue(
                page.contains(
                        "<h1>Hi &#34;$&#123;not.a.setting&#125;&#34;, &#60;b&#62;Jo&#60;/b&#62; &#38; &#123;pod&#125;!</h1>"),
                page);
        assertTrue(page.contains(">pod-&#39;1&#39;&#60;2&#62;</code>"), page);
        assertTrue(page.contains("title=\"" + Client.build("git.commit.id") + "\""), page);
        assertTrue(page.contains(">" + Client.build("git.build.version") + "</code>"), page);
        assertTrue(page.contains("prefers-color-scheme: dark"), page);
        assertFalse(page.matches("(?s).*\\{[a-z-]+\\}.*"), "a place in the page is not filled: " + page);
        assertEquals(
                "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
                answer.headers().firstValue("Content-Security-Policy").orElse(""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            */*                                                             | text/plain
            text/*                                                          | text/plain
            application/*                                                   | application/json
            TEXT/HTML                                                       | text/html
            text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8 | text/html
            application/json, text/plain, */*                               | application/json
            text/html, application/json                                     | text/html
            text/plain;q=0.1, application/json;q=0.5, text/html;q=0.3       | application/json
            text/html;q=0.4, */*;q=0.5                                      | text/plain
            text/plain;q=0, */*                                             | application/json
            text/plain;q=0, text/*                                          | text/html
            image/png, text/html;q=0.001                                    | text/html
            application/json;charset=utf-8                                  | application/json
            """)
    void acceptChooses(String accept, String type) {
        HttpResponse<String> answer = get(accept);
        assertEquals(200, answer.statusCode());
        assertEquals(type, Client.type(answer).replaceAll(";.*", ""));
        assertEquals("Accept", answer.headers().firstValue("Vary").orElse(""));
        assertEquals("no-store", answer.headers().firstValue("Cache-Control").orElse(""));
    }

    @Test
    void textIsTheDefault() {
        assertEquals("text/plain;charset=utf-8", Client.type(get(null)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"image/png", "text/plain;q=0", "*/*;q=0"})
    void unsupportedFormatsAreNotAcceptable(String accept) {
        HttpResponse<String> answer = get(accept);
        assertEquals(406, answer.statusCode());
        assertEquals("406 Not Acceptable: there is text/plain, application/json and text/html\n", answer.body());
    }

    @Test
    void headIsGetWithoutBody() {
        HttpResponse<String> answer = Client.send("HEAD", server.getURI().resolve("/"), "text/html");
        assertEquals(200, answer.statusCode());
        assertEquals("text/html;charset=utf-8", Client.type(answer));
        assertEquals("", answer.body());
    }

    @Test
    void environmentIsUtf8WhateverTheLocale() {
        byte[] environ = "GREETING_MESSAGE=Grüß=Gott\0EMPTY=\0odd\0".getBytes(StandardCharsets.UTF_8);
        assertEquals(Map.of("GREETING_MESSAGE", "Grüß=Gott", "EMPTY", ""), GreetingFactory.utf8(environ));
    }

    @Test
    void withoutSettingsItGreetsTheWorld() throws IOException {
        Greeting greeting = GreetingFactory.greeting(Map.of());
        assertTrue(greeting.text().startsWith("Hello, world!\nversion "), greeting.text());
        assertFalse(greeting.pod().isBlank());
    }
}
