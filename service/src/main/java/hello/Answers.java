package hello;

import io.micronaut.http.HttpHeaders;
import io.micronaut.http.MutableHttpResponse;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What greetings and errors have in common: headers, and the page. */
@Singleton
final class Answers {

    private final String page;

    Answers(Greeting greeting) throws IOException {
        try (var file = Application.class.getResourceAsStream("/page.html")) {
            this.page = new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("{pod-hue}", hue(greeting.pod()))
                    .replace("{commit-hue}", hue(greeting.commit()))
                    .replace("{pod}", escape(greeting.pod()))
                    .replace("{version}", escape(greeting.version()))
                    .replace("{commit}", escape(greeting.commit()))
                    .replace(
                            "{short-commit}",
                            escape(greeting.commit()
                                    .substring(0, Math.min(12, greeting.commit().length()))));
        }
    }

    /**
     * Completes an answer.
     *
     * @param format what it looks like
     * @param response the answer so far
     * @param body its body
     * @return the answer with body, type, and the headers that every answer has
     */
    <T> MutableHttpResponse<T> as(Format format, MutableHttpResponse<?> response, T body) {
        response.header(HttpHeaders.VARY, "Accept")
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header("X-Content-Type-Options", "nosniff");
        if (format == Format.HTML) {
            response.header(
                    "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
        }
        return response.contentType(format.type).body(body);
    }

    /**
     * The page.
     *
     * @param title the large line
     * @param detail a smaller one, may be empty
     * @return HTML
     */
    String page(String title, String detail) {
        return page.replace("{title}", escape(title)).replace("{detail}", escape(detail));
    }

    /** A colour of its own for each pod and commit, so that a change is seen without reading. */
    private static String hue(String text) {
        return String.valueOf(Math.floorMod(text.hashCode() * 0x9E3779B1, 360));
    }

    /** Text as HTML; braces too, so that no text is taken for a place in the page. */
    private static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            if ("&<>\"'{}".indexOf(c) >= 0) {
                out.append("&#").append(c).append(';');
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.toString();
    }
}
