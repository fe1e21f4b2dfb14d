{{/* Name of a Traefik middleware as annotations want it. Arguments: root, suffix. */}}
{{- define "portr.middlewareRef" -}}
{{- printf "%s-%s-%s@kubernetescrd" (index . 0).Release.Namespace (include "portr.fullname" (index . 0)) (index . 1) -}}
{{- end -}}

{{/* Annotations of the secure Ingress for Traefik. Arguments: root, component. */}}
{{- define "portr.traefikAnnotations" -}}
{{- $root := index . 0 -}}
{{- $isAdmin := eq (index . 1) "admin" -}}
{{- $ingress := $root.Values.ingress -}}
{{- $middlewares := list -}}
{{- if and $isAdmin $ingress.hsts.enabled (include "portr.isHttps" $root) -}}
{{- $middlewares = append $middlewares (include "portr.middlewareRef" (list $root "hsts")) -}}
{{- end -}}
{{- if and $isAdmin $ingress.rateLimitPerMinute -}}
{{- $middlewares = append $middlewares (include "portr.middlewareRef" (list $root "rate-limit")) -}}
{{- end -}}
{{- if include "portr.isHttps" $root -}}
traefik.ingress.kubernetes.io/router.entrypoints: {{ $ingress.traefik.secureEntryPoint }}
traefik.ingress.kubernetes.io/router.tls: "true"
{{- else -}}
traefik.ingress.kubernetes.io/router.entrypoints: {{ $ingress.traefik.plainEntryPoint }}
{{- end }}
# Traefik prefers the longer rule, which is the wildcard's: without this the tunnels would get the dashboard's visitors.
traefik.ingress.kubernetes.io/router.priority: {{ ternary "2000" "1000" $isAdmin | quote }}
{{- with $middlewares }}
traefik.ingress.kubernetes.io/router.middlewares: {{ join "," . }}
{{- end }}
{{- end -}}

{{/* Annotations for ingress-nginx. Arguments: root, component. */}}
{{- define "portr.nginxAnnotations" -}}
{{- $root := index . 0 -}}
{{- $ingress := $root.Values.ingress -}}
{{- $prefix := "nginx.ingress.kubernetes.io" -}}
{{- $redirect := and $ingress.forceHttps (eq (include "portr.isHttps" $root) "true") -}}
{{ $prefix }}/ssl-redirect: {{ $redirect | quote }}
{{ $prefix }}/force-ssl-redirect: {{ $redirect | quote }}
{{- if eq (index . 1) "admin" }}
{{- if $ingress.rateLimitPerMinute }}
{{ $prefix }}/limit-rpm: {{ $ingress.rateLimitPerMinute | quote }}
{{- end }}
# The dashboard's live pages are event streams.
{{ $prefix }}/proxy-read-timeout: {{ $ingress.timeoutSeconds | quote }}
{{ $prefix }}/proxy-buffering: "off"
{{- else }}
{{ $prefix }}/proxy-read-timeout: {{ $ingress.timeoutSeconds | quote }}
{{ $prefix }}/proxy-send-timeout: {{ $ingress.timeoutSeconds | quote }}
{{ $prefix }}/proxy-body-size: {{ $ingress.bodySize | quote }}
{{ $prefix }}/proxy-request-buffering: "off"
{{ $prefix }}/proxy-buffering: "off"
{{ $prefix }}/proxy-http-version: "1.1"
{{- end }}
{{- end -}}

{{/* One Ingress. Arguments: root, component, host, Service, its port, name's suffix, annotations (a dictionary), with TLS. */}}
{{- define "portr.ingress" -}}
{{- $root := index . 0 -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  {{- include "portr.metadata" (list $root (index . 1) (index . 5) (index . 6)) | nindent 2 }}
spec:
  {{- with $root.Values.ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- if index . 7 }}
  tls:
    - hosts: [{{ index . 2 | quote }}]
      secretName: {{ include "portr.tlsSecret" $root }}
  {{- end }}
  rules:
    - host: {{ index . 2 | quote }}
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: {{ index . 3 }}
                port:
                  number: {{ index . 4 }}
{{- end -}}

{{/* The Ingress of a component, and for Traefik a second one that redirects. Arguments: root, component, host, Service, port. */}}
{{- define "portr.componentIngress" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $ingress := $root.Values.ingress -}}
{{- $isHttps := eq (include "portr.isHttps" $root) "true" -}}
{{- $annotations := dict -}}
{{- if eq $ingress.controller "traefik" -}}
{{- $annotations = include "portr.traefikAnnotations" (list $root $component) | fromYaml -}}
{{- else if eq $ingress.controller "nginx" -}}
{{- $annotations = include "portr.nginxAnnotations" (list $root $component) | fromYaml -}}
{{- end -}}
{{- if $root.Values.dns.externalDns.enabled -}}
{{- $annotations = mergeOverwrite $annotations (dict "external-dns.alpha.kubernetes.io/ttl" ($root.Values.dns.externalDns.ttl | toString)) -}}
{{- end -}}
{{- $annotations = mergeOverwrite $annotations (index $ingress (printf "%sAnnotations" $component)) -}}
{{ include "portr.ingress" (concat . (list $component $annotations $isHttps)) }}
{{- if and $isHttps $ingress.forceHttps (eq $ingress.controller "traefik") }}
{{- $redirect := dict "traefik.ingress.kubernetes.io/router.entrypoints" $ingress.traefik.plainEntryPoint "traefik.ingress.kubernetes.io/router.middlewares" (include "portr.middlewareRef" (list $root "https")) "traefik.ingress.kubernetes.io/router.priority" (get $annotations "traefik.ingress.kubernetes.io/router.priority") }}
---
{{ include "portr.ingress" (concat . (list (printf "%s-redirect" $component) $redirect false)) }}
{{- end }}
{{- end -}}
