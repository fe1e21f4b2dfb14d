{{- define "portr.databaseHost" -}}
{{- if eq .Values.postgresql.mode "external" -}}
{{- .Values.postgresql.external.host -}}
{{- else if eq .Values.postgresql.mode "cnpg" -}}
{{- include "portr.fullname" . }}-db-rw
{{- else -}}
{{- include "portr.fullname" . }}-postgresql
{{- end -}}
{{- end -}}

{{- define "portr.databasePort" -}}
{{- if eq .Values.postgresql.mode "external" }}{{ .Values.postgresql.external.port }}{{ else }}5432{{ end -}}
{{- end -}}

{{/* Where the certificate authority of the database is mounted: a Secret's name, or nothing. */}}
{{- define "portr.databaseCaSecret" -}}
{{- if eq .Values.postgresql.mode "external" -}}
{{- .Values.postgresql.external.caSecret -}}
{{- else if eq .Values.postgresql.mode "cnpg" -}}
{{- include "portr.fullname" . }}-db-ca
{{- end -}}
{{- end -}}

{{- define "portr.databaseSslMode" -}}
{{- if eq .Values.postgresql.mode "external" -}}
{{- .Values.postgresql.external.sslMode -}}
{{- else if eq .Values.postgresql.mode "cnpg" -}}
verify-full
{{- else -}}
disable
{{- end -}}
{{- end -}}

{{/* Address of the database without password. Arguments: root, log-in. */}}
{{- define "portr.databaseUrl" -}}
{{- $root := index . 0 -}}
{{- $auth := index $root.Values.postgresql.auth (index . 1) -}}
postgresql://{{ $auth.username }}@{{ include "portr.databaseHost" $root }}:{{ include "portr.databasePort" $root }}/{{ $root.Values.postgresql.database }}?sslmode={{ include "portr.databaseSslMode" $root }}
{{- if include "portr.databaseCaSecret" $root }}&sslrootcert=/etc/portr/db-ca/ca.crt{{ end -}}
{{- end -}}

{{/* Secret with complete addresses, or nothing. */}}
{{- define "portr.databaseUrlsSecret" -}}
{{- if eq .Values.postgresql.mode "external" }}{{ .Values.postgresql.external.urlsSecret }}{{ end -}}
{{- end -}}

{{/* Environment of psql, pg_dump and pg_restore as the owner; the password comes by PGPASSWORD. */}}
{{- define "portr.libpqEnv" -}}
{{- if include "portr.databaseUrlsSecret" . -}}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ include "portr.databaseUrlsSecret" . }}
      key: migration-url
{{- else -}}
- name: PGHOST
  value: {{ include "portr.databaseHost" . }}
- name: PGPORT
  value: {{ include "portr.databasePort" . | quote }}
- name: PGDATABASE
  value: {{ .Values.postgresql.database }}
- name: PGUSER
  value: {{ .Values.postgresql.auth.owner.username }}
- name: PGPASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "portr.databaseSecret" (list . "owner") }}
      key: password
- name: PGSSLMODE
  value: {{ include "portr.databaseSslMode" . }}
{{- if include "portr.databaseCaSecret" . }}
- name: PGSSLROOTCERT
  value: /etc/portr/db-ca/ca.crt
{{- end }}
{{- end }}
{{- end -}}

{{/* Volume of the database's certificate authority. */}}
{{- define "portr.databaseCaVolume" -}}
{{- with include "portr.databaseCaSecret" . }}
- name: db-ca
  secret:
    secretName: {{ . }}
    defaultMode: 0440
    items:
      - key: ca.crt
        path: ca.crt
{{- end }}
{{- end -}}

{{- define "portr.databaseCaMount" -}}
{{- if include "portr.databaseCaSecret" . }}
- name: db-ca
  mountPath: /etc/portr/db-ca
  readOnly: true
{{- end }}
{{- end -}}
