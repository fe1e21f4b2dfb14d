{{/* A pod of "helm test", in the database's image, which has a shell. Arguments: root, name, command, environment (YAML). */}}
{{- define "portr.testPod" -}}
{{- $root := index . 0 -}}
apiVersion: v1
kind: Pod
metadata:
  {{- include "portr.metadata" (list $root "test" (printf "test-%s" (index . 1)) (dict "helm.sh/hook" "test" "helm.sh/hook-delete-policy" "before-hook-creation,hook-succeeded")) | nindent 2 }}
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  activeDeadlineSeconds: 120
  {{- include "portr.podSpec" (list $root "test" dict $root.Values.postgresql.image.runAsUser dict) | nindent 2 }}
  containers:
    - name: test
      image: {{ include "portr.image" (list $root $root.Values.postgresql.image) }}
      imagePullPolicy: {{ $root.Values.postgresql.image.pullPolicy }}
      command:
        - bash
        - -euc
        - |
          {{- index . 2 | nindent 10 }}
      {{- with index . 3 }}
      env:
        {{- . | nindent 8 }}
      {{- end }}
      securityContext:
        {{- include "portr.containerSecurity" $root | nindent 8 }}
      resources:
        {{- toYaml $root.Values.tests.resources | nindent 8 }}
      {{- with include "portr.databaseCaMount" $root }}
      volumeMounts:
        {{- . | nindent 8 }}
      {{- end }}
  {{- with include "portr.databaseCaVolume" $root }}
  volumes:
    {{- . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* Asks by HTTP and wants an answer's first line to match. Arguments: host, port, path, Host header, pattern. */}}
{{- define "portr.httpTest" -}}
exec 3<>/dev/tcp/{{ index . 0 }}/{{ index . 1 }}
printf 'GET {{ index . 2 }} HTTP/1.1\r\nHost: {{ index . 3 }}\r\nConnection: close\r\n\r\n' >&3
answer=$(timeout 20 head -n 30 <&3)
echo "$answer"
grep -qE {{ index . 4 | squote }} <<<"$answer"
{{- end -}}
