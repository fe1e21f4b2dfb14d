package io.portrgateway.admin;

/** Starts everything for development: an empty embedded database and the server on its usual ports. */
final class LocalGateway {

    private LocalGateway() {}

    public static void main(String[] settings) {
        EmbeddedDatabase database = EmbeddedDatabase.create();
        System.out.println("database " + database.url(EmbeddedDatabase.OWNER));
        String[] ports = {"PORTR_ADMIN_PORT", "8000", "PORTR_ADMIN_OPS_PORT", "8091"};
        String[] all = new String[ports.length + settings.length];
        System.arraycopy(ports, 0, all, 0, ports.length);
        System.arraycopy(settings, 0, all, ports.length, settings.length);
        Gateway.start(database, all);
    }
}
