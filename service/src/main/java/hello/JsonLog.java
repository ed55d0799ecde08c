package hello;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.encoder.EncoderBase;
import io.micronaut.http.exceptions.HttpStatusException;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;

/**
 * Log lines as JSON, one object a line: time, level, logger, message, and error when there is one. logback has an
 * encoder of its own, whose times are in milliseconds since 1970, with a dozen fields: nothing to read in a terminal.
 */
public final class JsonLog extends EncoderBase<ILoggingEvent> {

    private final ThrowableProxyConverter trace = new ThrowableProxyConverter();

    @Override
    public void start() {
        trace.start();
        super.start();
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160).append('{');
        field(line, "time", event.getInstant().truncatedTo(ChronoUnit.MILLIS).toString());
        field(line.append(','), "level", event.getLevel().toString());
        field(line.append(','), "logger", event.getLoggerName());
        field(line.append(','), "message", String.valueOf(event.getFormattedMessage()));
        if (event.getThrowableProxy() != null) {
            field(line.append(','), "error", error(event));
        }
        return line.append("}\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The error with its trace; without it when the request was to blame, as then anybody could fill the log. */
    private String error(ILoggingEvent event) {
        IThrowableProxy error = event.getThrowableProxy();
        return error.getClassName().equals(HttpStatusException.class.getName())
                ? error.getClassName() + ": " + error.getMessage()
                : trace.convert(event);
    }

    private static void field(StringBuilder line, String name, String value) {
        line.append('"').append(name).append("\":\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> line.append('\\').append(c);
                case '\n' -> line.append("\\n");
                case '\t' -> line.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        line.append("\\u%04x".formatted((int) c));
                    } else {
                        line.append(c);
                    }
                }
            }
        }
        line.append('"');
    }

    @Override
    public byte[] headerBytes() {
        return null;
    }

    @Override
    public byte[] footerBytes() {
        return null;
    }
}
