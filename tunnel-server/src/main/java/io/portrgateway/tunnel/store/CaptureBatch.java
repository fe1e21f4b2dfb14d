package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.capture.CaptureQueue;
import io.portrgateway.tunnel.capture.RecordedExchange;
import io.portrgateway.tunnel.capture.RecordedFrame;
import io.portrgateway.tunnel.metrics.CaptureMetrics.Drop;
import io.portrgateway.tunnel.metrics.CaptureMetrics.FrameDrop;
import io.portrgateway.tunnel.registry.TunnelId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What came from the queue and is written in one transaction. Not empty. Immutable. */
sealed interface CaptureBatch {

    /** With what a team's part is to be encrypted; null where it is not. */
    @FunctionalInterface
    interface Keys {
        @Nullable
        DataKey of(long teamId);
    }

    /** How much of a team's part may be stored. */
    enum Extent {
        ALL,
        WITHOUT_BODIES,
        WITHOUT_CONTENTS
    }

    /** Whose it is. */
    Set<Long> teamIds();

    /** What may be stored of it, and how much of it that concerns. */
    CaptureBatch reduced(Function<Long, Extent> extent, Consumer<Extent> cut);

    /** Writes it, {@code again} when it may be there already; answers what was stored. */
    ExchangeUsage insert(Connection connection, String node, Keys keys, boolean again) throws SQLException;

    /** Tells the queue that it is in the database. */
    void written(long nanos);

    /** Tells the queue that it is given up. */
    void dropped(Drop why);

    /** A batch for each of its parts. */
    List<? extends CaptureBatch> parts();

    /** Of its first part. */
    TunnelId tunnelId();

    /** Rows of exchanges, with their bodies. */
    record Exchanges(CaptureQueue queue, List<RecordedExchange> records) implements CaptureBatch {

        @Override
        public Set<Long> teamIds() {
            return records.stream().map(RecordedExchange::teamId).collect(Collectors.toSet());
        }

        @Override
        public Exchanges reduced(Function<Long, Extent> extent, Consumer<Extent> cut) {
            return new Exchanges(
                    queue,
                    records.stream()
                            .map(record -> reduced(record, extent.apply(record.teamId()), cut))
                            .toList());
        }

        private static RecordedExchange reduced(RecordedExchange record, Extent extent, Consumer<Extent> cut) {
            boolean hasBody = record.response().requestBody().keptBytes()
                            + record.response().body().keptBytes()
                    > 0;
            return switch (extent) {
                case ALL -> record;
                case WITHOUT_BODIES -> {
                    if (hasBody) {
                        cut.accept(extent);
                    }
                    yield record.withoutBodies();
                }
                case WITHOUT_CONTENTS -> {
                    cut.accept(extent);
                    yield record.withoutContents();
                }
            };
        }

        @Override
        public ExchangeUsage insert(Connection connection, String node, Keys keys, boolean again) throws SQLException {
            return ExchangeSql.insert(connection, node, records, keys, again);
        }

        @Override
        public void written(long nanos) {
            queue.written(records, nanos);
        }

        @Override
        public void dropped(Drop why) {
            queue.dropped(records, why);
        }

        @Override
        public List<Exchanges> parts() {
            return records.stream()
                    .map(record -> new Exchanges(queue, List.of(record)))
                    .toList();
        }

        @Override
        public TunnelId tunnelId() {
            return records.getFirst().lease().tunnelId();
        }
    }

    /** Frames of streams. */
    record Frames(CaptureQueue queue, List<RecordedFrame> frames) implements CaptureBatch {

        @Override
        public Set<Long> teamIds() {
            return frames.stream().map(RecordedFrame::teamId).collect(Collectors.toSet());
        }

        @Override
        public Frames reduced(Function<Long, Extent> extent, Consumer<Extent> cut) {
            return new Frames(
                    queue,
                    frames.stream()
                            .map(frame -> reduced(frame, extent.apply(frame.teamId()), cut))
                            .toList());
        }

        private static RecordedFrame reduced(RecordedFrame frame, Extent extent, Consumer<Extent> cut) {
            if (extent == Extent.ALL || frame.content().keptBytes() == 0) {
                return frame;
            }
            cut.accept(extent);
            return frame.withoutContent();
        }

        @Override
        public ExchangeUsage insert(Connection connection, String node, Keys keys, boolean again) throws SQLException {
            return FrameSql.insert(connection, frames, keys);
        }

        @Override
        public void written(long nanos) {
            queue.framesWritten(frames);
        }

        @Override
        public void dropped(Drop why) {
            queue.framesDropped(frames, why == Drop.CLOSED ? FrameDrop.CLOSED : FrameDrop.FAILED);
        }

        @Override
        public List<Frames> parts() {
            return frames.stream()
                    .map(frame -> new Frames(queue, List.of(frame)))
                    .toList();
        }

        @Override
        public TunnelId tunnelId() {
            return frames.getFirst().stream().lease().tunnelId();
        }
    }
}
