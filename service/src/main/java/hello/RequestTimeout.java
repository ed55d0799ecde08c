package hello;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection whose request takes too long to arrive, however many bytes still trickle in. It is two handlers,
 * one on each side of the HTTP codec, as only bytes show that a request begins, and only messages that it has ended. A
 * request that arrives in one piece, as nearly all do, starts no timer.
 */
final class RequestTimeout extends ChannelInboundHandlerAdapter {

    private final String codec;
    private final Duration headerTimeout;
    private final Duration requestTimeout;

    /** Whether part of a request is here. */
    private boolean begun;
    /** Whether its header is here, and its body is not. */
    private boolean inBody;

    private Future<?> timer;

    /**
     * Watches one connection.
     *
     * @param codec the name of the HTTP codec in the pipeline
     * @param headerTimeout from a request's first byte to the end of its header
     * @param requestTimeout from there to the end of its body
     */
    RequestTimeout(String codec, Duration headerTimeout, Duration requestTimeout) {
        this.codec = codec;
        this.headerTimeout = headerTimeout;
        this.requestTimeout = requestTimeout;
    }

    /**
     * The handler to put before the codec.
     *
     * @return a handler that notices the first byte of a request
     */
    ChannelInboundHandler bytes() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object bytes) {
                begun = true;
                context.fireChannelRead(bytes);
            }
        };
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest) {
            stopTimer();
            inBody = true;
        }
        if (message instanceof LastHttpContent) {
            stopTimer();
            inBody = false;
            begun = false;
        }
        context.fireChannelRead(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        // Without the codec it is no HTTP any more, but a WebSocket.
        if (begun && timer == null && context.pipeline().get(codec) != null) {
            Duration timeout = inBody ? requestTimeout : headerTimeout;
            timer = context.executor().schedule(() -> context.close(), timeout.toMillis(), TimeUnit.MILLISECONDS);
        }
        context.fireChannelReadComplete();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stopTimer();
        context.fireChannelInactive();
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
