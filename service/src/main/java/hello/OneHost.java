package hello;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;

/**
 * Makes a request without a Host header, or with two, a malformed one, which is answered with 400 (RFC 9112, section
 * 3.2).
 */
final class OneHost extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request && request.decoderResult().isSuccess() && !isNamedOnce(request)) {
            request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("not one Host header")));
        }
        context.fireChannelRead(message);
    }

    private static boolean isNamedOnce(HttpRequest request) {
        int hosts = request.headers().getAll(HttpHeaderNames.HOST).size();
        return hosts == 1 || hosts == 0 && request.protocolVersion().equals(HttpVersion.HTTP_1_0);
    }
}
