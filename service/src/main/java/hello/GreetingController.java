package hello;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.exceptions.HttpStatusException;
import io.micronaut.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The greeting, as text, JSON or a page. */
@Controller
final class GreetingController {

    private final Answers answers;
    private final Map<Format, byte[]> greetings;

    /**
     * Puts every form of the greeting into bytes, once.
     *
     * @param greeting what to say
     * @param answers makes the page
     * @param json writes JSON
     * @throws IOException when the greeting cannot be written as JSON
     */
    GreetingController(Greeting greeting, Answers answers, JsonMapper json) throws IOException {
        this.answers = answers;
        this.greetings = Map.of(
                Format.TEXT, greeting.text().getBytes(StandardCharsets.UTF_8),
                Format.JSON, json.writeValueAsBytes(greeting),
                Format.HTML,
                        answers.page("%s, %s!".formatted(greeting.message(), greeting.name()), "")
                                .getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Answers the greeting. One method for all formats: with one method for each, "Accept: *&#47;*" would be ambiguous.
     *
     * @param request the request, whose Accept header chooses the format
     * @return the greeting
     * @throws HttpStatusException 406 when the caller takes no format that there is
     */
    @Get(produces = MediaType.ALL)
    HttpResponse<byte[]> greet(HttpRequest<?> request) {
        Format format = Format.of(request).orElseThrow(() -> new HttpStatusException(HttpStatus.NOT_ACCEPTABLE, ""));
        return answers.as(format, HttpResponse.ok(), greetings.get(format));
    }
}
