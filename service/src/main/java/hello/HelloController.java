package hello;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.exceptions.HttpStatusException;

/** The greeting, as text, JSON or a page. */
@Controller
final class HelloController {

    private final Greeting greeting;
    private final Answers answers;

    HelloController(Greeting greeting, Answers answers) {
        this.greeting = greeting;
        this.answers = answers;
    }

    /**
     * Answers the greeting. One method for all formats: with one method for each, "Accept: *&#47;*" would be ambiguous.
     *
     * @param request the request, whose Accept header chooses the format
     * @return the greeting
     * @throws HttpStatusException 406 when the caller takes no format that there is
     */
    @Get(produces = MediaType.ALL)
    HttpResponse<?> hello(HttpRequest<?> request) {
        Format format = Format.of(request).orElseThrow(() -> new HttpStatusException(HttpStatus.NOT_ACCEPTABLE, ""));
        return answers.as(format, HttpResponse.ok(), switch (format) {
            case TEXT -> greeting.text();
            case JSON -> greeting;
            case HTML -> answers.page("%s, %s!".formatted(greeting.message(), greeting.name()), "");
        });
    }
}
