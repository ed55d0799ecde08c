package hello;

import io.micronaut.context.annotation.Property;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.http.netty.channel.ChannelPipelineCustomizer;
import io.micronaut.http.server.netty.NettyServerCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits what a client can hold without asking for anything: connections, and the time that a request takes to arrive.
 * Micronaut has settings for idle connections and for sizes (see application.properties), but none for these.
 */
@Singleton
final class ConnectionLimits implements BeanCreatedEventListener<NettyServerCustomizer.Registry> {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimits.class);

    private final int maximum;
    private final Duration headerTimeout;
    private final Duration requestTimeout;

    /**
     * Takes the limits from the settings.
     *
     * @param maximum how many connections each port has at most
     * @param headerTimeout from a request's first byte to the end of its header
     * @param requestTimeout from there to the end of its body
     */
    ConnectionLimits(
            @Property(name = "service.connections.maximum") int maximum,
            @Property(name = "service.connections.header-timeout") Duration headerTimeout,
            @Property(name = "service.connections.request-timeout") Duration requestTimeout) {
        this.maximum = maximum;
        this.headerTimeout = headerTimeout;
        this.requestTimeout = requestTimeout;
    }

    @Override
    public NettyServerCustomizer.Registry onCreated(BeanCreatedEvent<NettyServerCustomizer.Registry> event) {
        event.getBean().register(new NettyServerCustomizer() {
            @Override
            public NettyServerCustomizer specializeForChannel(Channel port, ChannelRole role) {
                return new Port(port);
            }
        });
        return event.getBean();
    }

    /** One port, which counts its own connections: whoever fills up one does not reach the probes on the other. */
    private final class Port implements NettyServerCustomizer {

        private final Channel port;
        private final AtomicInteger open = new AtomicInteger();
        private final AtomicLong warned = new AtomicLong(System.nanoTime() - TimeUnit.MINUTES.toNanos(1));

        Port(Channel port) {
            this.port = port;
        }

        @Override
        public NettyServerCustomizer specializeForChannel(Channel connection, ChannelRole role) {
            return role == ChannelRole.CONNECTION ? new Connection(connection) : this;
        }

        /** Refuses a connection beyond the maximum: through the ingress, the request then goes to another pod. */
        void count(Channel connection) {
            connection.closeFuture().addListener(closed -> open.decrementAndGet());
            if (open.incrementAndGet() > maximum) {
                warn();
                connection.close();
            }
        }

        private void warn() {
            long now = System.nanoTime();
            long last = warned.get();
            if (now - last >= TimeUnit.MINUTES.toNanos(1) && warned.compareAndSet(last, now)) {
                LOG.warn(
                        "{} connections are open on {}, the maximum; more are refused (this is said once a minute)",
                        maximum,
                        port.localAddress());
            }
        }

        /** One connection to the port. */
        private final class Connection implements NettyServerCustomizer {

            private final Channel connection;

            Connection(Channel connection) {
                this.connection = connection;
            }

            @Override
            public void onInitialPipelineBuilt() {
                ChannelPipeline pipeline = connection.pipeline();
                String codec = ChannelPipelineCustomizer.HANDLER_HTTP_SERVER_CODEC;
                RequestTimeout timeout = new RequestTimeout(codec, headerTimeout, requestTimeout);
                pipeline.addBefore(codec, null, timeout.bytes());
                pipeline.addAfter(codec, null, new OneHost());
                pipeline.addAfter(codec, null, timeout);
                count(connection);
            }
        }
    }
}
