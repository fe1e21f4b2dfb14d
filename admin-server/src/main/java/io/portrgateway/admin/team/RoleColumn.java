package io.portrgateway.admin.team;

import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;

@Converter(autoApply = true)
final class RoleColumn implements AttributeConverter<Role, String> {

    @Override
    public String convertToDatabaseColumn(Role role) {
        return role.text();
    }

    @Override
    public Role convertToEntityAttribute(String text) {
        return Role.parse(text)
                .orElseThrow(() -> new IllegalStateException("role: " + text + " (expected: admin or member)"));
    }
}
