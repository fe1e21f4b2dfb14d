{{/* The pool of the static mode, cut into what one Service may hold: a JSON list of lists of ports. */}}
{{- define "portr.tcpChunks" -}}
{{- $tcp := .Values.tunnel.tcp -}}
{{- if eq $tcp.mode "static" -}}
{{- chunk (int $tcp.portsPerService) (untilStep (int $tcp.from) (int $tcp.to | add1 | int) 1) | toJson -}}
{{- else -}}
[]
{{- end -}}
{{- end -}}

{{/* Key under which Services share one MetalLB address, or nothing. */}}
{{- define "portr.sharingKey" -}}
{{- $chunks := include "portr.tcpChunks" . | fromJsonArray -}}
{{- if .Values.tunnel.service.metallb.sharingKey -}}
{{- .Values.tunnel.service.metallb.sharingKey -}}
{{- else if or .Values.ingressLoadBalancer.enabled (gt (len $chunks) 1) -}}
{{- include "portr.fullname" . -}}
{{- end -}}
{{- end -}}

{{/* MetalLB's annotations. Versions before 0.14.9 know the second prefix only; where both are there the first wins. */}}
{{- define "portr.metallbAnnotations" -}}
{{- $root := . -}}
{{- range $prefix := list "metallb.io" "metallb.universe.tf" }}
{{- with $root.Values.tunnel.service.metallb.ip }}
{{ $prefix }}/loadBalancerIPs: {{ . | quote }}
{{- end }}
{{- with $root.Values.tunnel.service.metallb.pool }}
{{ $prefix }}/address-pool: {{ . | quote }}
{{- end }}
{{- with include "portr.sharingKey" $root }}
{{ $prefix }}/allow-shared-ip: {{ . | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "portr.gcpAnnotations" -}}
{{- with .Values.publicIP.gcp }}
{{- if .enabled }}
networking.gke.io/load-balancer-ip-addresses: {{ .addressName | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "portr.awsAnnotations" -}}
{{- with .Values.publicIP.aws }}
{{- if .enabled }}
{{- $prefix := "service.beta.kubernetes.io/aws-load-balancer" }}
{{ $prefix }}-scheme: internet-facing
{{ $prefix }}-nlb-target-type: ip
{{ $prefix }}-target-group-attributes: preserve_client_ip.enabled=true
{{ $prefix }}-attributes: load_balancing.cross_zone.enabled={{ .crossZone }}
{{- with .eipAllocations }}
{{ $prefix }}-eip-allocations: {{ join "," . | quote }}
{{- end }}
{{- with .subnets }}
{{ $prefix }}-subnets: {{ join "," . | quote }}
{{- end }}
{{- with .name }}
{{ $prefix }}-name: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "portr.azureAnnotations" -}}
{{- with .Values.publicIP.azure }}
{{- if .enabled }}
{{- $prefix := "service.beta.kubernetes.io/azure" }}
{{ $prefix }}-load-balancer-tcp-idle-timeout: {{ .idleTimeoutMinutes | quote }}
{{- with .resourceGroup }}
{{ $prefix }}-load-balancer-resource-group: {{ . | quote }}
{{- end }}
{{- with .publicIPName }}
{{ $prefix }}-pip-name: {{ . | quote }}
{{- end }}
{{- with .ipv4 }}
{{ $prefix }}-load-balancer-ipv4: {{ . | quote }}
{{- end }}
{{- with .dnsLabel }}
{{ $prefix }}-dns-label-name: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Names that external-dns gives to the tunnel's Service. */}}
{{- define "portr.serviceDnsNames" -}}
{{- $names := list (include "portr.sshHost" .) -}}
{{- if .Values.tunnel.service.https.enabled -}}
{{- $names = append $names (printf "*.%s" .Values.global.domain) -}}
{{- end -}}
{{- join "," $names -}}
{{- end -}}

{{/* All annotations of a public Service. Arguments: root, names for external-dns. Answers YAML. */}}
{{- define "portr.loadBalancerAnnotations" -}}
{{- $root := index . 0 -}}
{{- if eq $root.Values.tunnel.service.type "LoadBalancer" -}}
{{- include "portr.metallbAnnotations" $root }}
{{- include "portr.gcpAnnotations" $root }}
{{- include "portr.awsAnnotations" $root }}
{{- include "portr.azureAnnotations" $root }}
{{- if and $root.Values.dns.externalDns.enabled (index . 1) }}
external-dns.alpha.kubernetes.io/hostname: {{ index . 1 | quote }}
external-dns.alpha.kubernetes.io/ttl: {{ $root.Values.dns.externalDns.ttl | quote }}
{{- end }}
{{- end }}
{{- with $root.Values.tunnel.service.annotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "portr.loadBalancerClass" -}}
{{- if .Values.tunnel.service.loadBalancerClass -}}
{{- .Values.tunnel.service.loadBalancerClass -}}
{{- else if .Values.publicIP.gcp.enabled -}}
networking.gke.io/l4-regional-external
{{- else if .Values.publicIP.aws.enabled -}}
{{- ternary "eks.amazonaws.com/nlb" "service.k8s.aws/nlb" .Values.publicIP.aws.autoMode -}}
{{- end -}}
{{- end -}}

{{/* Specification of a public Service, without its ports. Argument: root. */}}
{{- define "portr.publicServiceSpec" -}}
{{- $service := .Values.tunnel.service -}}
type: {{ $service.type }}
{{- if ne $service.type "ClusterIP" }}
externalTrafficPolicy: {{ $service.externalTrafficPolicy }}
{{- end }}
{{- if eq $service.type "LoadBalancer" }}
allocateLoadBalancerNodePorts: {{ $service.allocateNodePorts }}
{{- with include "portr.loadBalancerClass" . }}
loadBalancerClass: {{ . }}
{{- end }}
{{- with $service.loadBalancerSourceRanges }}
loadBalancerSourceRanges:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
selector:
  {{- include "portr.selectorLabels" (list . "tunnel") | nindent 2 }}
{{- end -}}
