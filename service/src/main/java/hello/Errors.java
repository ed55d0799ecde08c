package hello;

import io.micronaut.context.annotation.Primary;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import io.micronaut.serde.annotation.Serdeable;
import jakarta.inject.Singleton;

/** Every error's answer: short, in the format that was asked for, and without internal details. */
@Primary
@Singleton
final class Errors implements ErrorResponseProcessor<Object> {

    private final Answers answers;

    Errors(Answers answers) {
        this.answers = answers;
    }

    /**
     * An error as JSON.
     *
     * @param status HTTP's number
     * @param error HTTP's words for it
     * @param message what it means here
     */
    @Serdeable
    record Problem(int status, String error, String message) {}

    @Override
    public MutableHttpResponse<Object> processResponse(ErrorContext context, MutableHttpResponse<?> response) {
        HttpRequest<?> request = context.getRequest();
        Problem problem = new Problem(response.code(), response.reason(), message(request, response.code()));
        Format format = Format.of(request).orElse(Format.TEXT); // a caller who takes nothing of ours is told so in text
        return answers.as(
                format,
                response,
                switch (format) {
                    case TEXT -> "%d %s: %s\n".formatted(problem.status(), problem.error(), problem.message());
                    case JSON -> problem;
                    case HTML -> answers.page("%d %s".formatted(problem.status(), problem.error()), problem.message());
                });
    }

    private static String message(HttpRequest<?> request, int status) {
        return switch (status) {
            case 404 -> "there is nothing at %s".formatted(request.getPath());
            case 405 -> "%s is not possible at %s".formatted(request.getMethodName(), request.getPath());
            case 406 -> "there is text/plain, application/json and text/html";
            default ->
                status < 500 ? "the service does not understand this request" : "the service failed at this request";
        };
    }
}
