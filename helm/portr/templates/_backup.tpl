{{/* A container in the database's image. Arguments: root, name, script, further environment (a list). */}}
{{- define "portr.databaseContainer" -}}
{{- $root := index . 0 -}}
name: {{ index . 1 }}
image: {{ include "portr.image" (list $root $root.Values.postgresql.image) }}
imagePullPolicy: {{ $root.Values.postgresql.image.pullPolicy }}
command: [bash, /scripts/{{ index . 2 }}]
env:
  {{- include "portr.libpqEnv" $root | nindent 2 }}
  {{- include "portr.backupEnv" (index . 3) | nindent 2 }}
{{ include "portr.backupContainer" $root }}
{{- end -}}

{{/* A container in rclone's image. Arguments as above. */}}
{{- define "portr.rcloneContainer" -}}
{{- $root := index . 0 -}}
name: {{ index . 1 }}
image: {{ include "portr.image" (list $root $root.Values.backup.offsite.image) }}
imagePullPolicy: {{ $root.Values.backup.offsite.image.pullPolicy }}
command: [sh, /scripts/{{ index . 2 }}]
env:
  - name: RCLONE_CONFIG
    value: /etc/portr/rclone/rclone.conf
  - name: REMOTE
    value: {{ $root.Values.backup.offsite.remote | quote }}
  {{- include "portr.backupEnv" (index . 3) | nindent 2 }}
{{ include "portr.backupContainer" $root }}
  - name: rclone
    mountPath: /etc/portr/rclone
    readOnly: true
{{- end -}}

{{- define "portr.backupEnv" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- define "portr.backupContainer" -}}
securityContext:
  {{- include "portr.containerSecurity" . | nindent 2 }}
resources:
  {{- toYaml .Values.backup.resources | nindent 2 }}
volumeMounts:
  - name: scripts
    mountPath: /scripts
    readOnly: true
  - name: backups
    mountPath: /backups
  - name: tmp
    mountPath: /tmp
  {{- include "portr.databaseCaMount" . | nindent 2 }}
{{- end -}}

{{/* Arguments: root, whether rclone is used. */}}
{{- define "portr.backupVolumes" -}}
{{- $root := index . 0 -}}
- name: scripts
  configMap:
    name: {{ include "portr.fullname" $root }}-backup
- name: backups
  persistentVolumeClaim:
    claimName: {{ default (printf "%s-backup" (include "portr.fullname" $root)) $root.Values.backup.persistence.existingClaim }}
- name: tmp
  emptyDir: {}
{{- if index . 1 }}
- name: rclone
  secret:
    secretName: {{ $root.Values.backup.offsite.existingSecret }}
    defaultMode: 0440
{{- end }}
{{- include "portr.databaseCaVolume" $root }}
{{- end -}}

{{/* Head of a CronJob and of its pod. Arguments: root, suffix, schedule, seconds until it is killed, whether rclone is used. */}}
{{- define "portr.backupCronJob" -}}
{{- $root := index . 0 -}}
apiVersion: batch/v1
kind: CronJob
metadata:
  {{- include "portr.metadata" (list $root "backup" (index . 1) dict) | nindent 2 }}
spec:
  schedule: {{ index . 2 | quote }}
  timeZone: Etc/UTC
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 1800
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 3
  jobTemplate:
    spec:
      backoffLimit: 2
      activeDeadlineSeconds: {{ index . 3 }}
      ttlSecondsAfterFinished: 604800
      template:
        metadata:
          labels:
            {{- include "portr.labels" (list $root "backup") | nindent 12 }}
        spec:
          restartPolicy: Never
          serviceAccountName: {{ include "portr.serviceAccountName" (list $root "postgresql") }}
          automountServiceAccountToken: false
          {{- include "portr.podSpec" (list $root "backup" dict $root.Values.postgresql.image.runAsUser dict) | nindent 10 }}
          volumes:
            {{- include "portr.backupVolumes" (list $root (index . 4)) | nindent 12 }}
{{- end -}}
