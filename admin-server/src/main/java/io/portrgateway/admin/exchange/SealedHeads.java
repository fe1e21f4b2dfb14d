package io.portrgateway.admin.exchange;

/** Header and trailer fields that are still encrypted; {@link Exchanges#open} reads them. Nobody changes the array. */
// nobody compares them
@SuppressWarnings("ArrayRecordComponent")
public record SealedHeads(String dataKeyId, byte[] heads) {}
