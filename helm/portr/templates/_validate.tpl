{{/* What the schema cannot say: values that do not fit together. All problems are said at once. */}}
{{- define "portr.problems" -}}
{{- $v := .Values -}}
{{- $service := $v.tunnel.service -}}
{{- $tcp := $v.tunnel.tcp -}}
{{- $problems := list -}}
{{- if not $v.global.domain -}}
{{- $problems = append $problems "global.domain is empty: set it to the base domain of your tunnels, such as --set global.domain=tunnels.example.com" -}}
{{- end -}}
{{- if ne (empty $v.config.github.clientId) (empty $v.config.github.existingSecret) -}}
{{- $problems = append $problems "config.github needs both clientId and existingSecret (the Secret with the OAuth app's client secret)" -}}
{{- end -}}
{{- if and $v.config.github.bootstrapLogin (or (not $v.config.github.clientId) $v.config.bootstrapEmail) -}}
{{- $problems = append $problems "config.github.bootstrapLogin needs config.github.clientId, and takes the place of config.bootstrapEmail: set one of the two" -}}
{{- end -}}

{{- if and (eq $v.tls.mode "certManager") (eq $v.tls.issuer.challenge "http01") -}}
{{- $problems = append $problems "tls.issuer.challenge is http01: certificates for *.DOMAIN are only issued by DNS-01, because HTTP-01 cannot prove a wildcard. Set tls.issuer.challenge=dns01 and tls.issuer.dns01, or tls.mode=existingSecret" -}}
{{- end -}}
{{- if and (eq $v.tls.mode "certManager") $v.tls.issuer.create (ne (len $v.tls.issuer.dns01) 1) -}}
{{- $problems = append $problems "tls.issuer.dns01 must name exactly one DNS provider when tls.issuer.create is true: cloudDNS, cloudflare, route53, azureDNS, digitalocean, rfc2136, acmeDNS or webhook" -}}
{{- end -}}
{{- if and (eq $v.tls.mode "certManager") (not $v.tls.issuer.create) (not $v.tls.issuer.name) -}}
{{- $problems = append $problems "tls.issuer.name is empty: name the issuer that can do DNS-01, or set tls.issuer.create=true, or tls.mode=existingSecret, selfSigned or none" -}}
{{- end -}}
{{- if and (eq $v.tls.mode "existingSecret") (not $v.tls.existingSecret) -}}
{{- $problems = append $problems "tls.existingSecret is empty, but tls.mode is existingSecret: name the TLS Secret for DOMAIN and *.DOMAIN" -}}
{{- end -}}
{{- if and $service.https.enabled (has $v.tls.mode (list "none" "selfSigned")) -}}
{{- $problems = append $problems (printf "tunnel.service.https.enabled needs a certificate whose key is PKCS#8: set tls.mode=certManager or existingSecret (now %s)" $v.tls.mode) -}}
{{- end -}}

{{- if and (gt (int $v.tunnel.replicas) 1) (not $v.tunnel.allowMultipleReplicas) -}}
{{- $problems = append $problems "tunnel.replicas is more than 1: visitors of one pod do not reach tunnels of another. Set it to 1; tunnel.allowMultipleReplicas=true is only for installations that route by name before the pods" -}}
{{- end -}}
{{- if and $v.tunnel.autoscaling.enabled (not $v.tunnel.allowMultipleReplicas) -}}
{{- $problems = append $problems "tunnel.autoscaling.enabled needs tunnel.allowMultipleReplicas=true, for the same reason as more than one replica" -}}
{{- end -}}
{{- if and $v.tunnel.pdb.enabled (lt (ternary $v.tunnel.autoscaling.minReplicas $v.tunnel.replicas $v.tunnel.autoscaling.enabled | int) 2) -}}
{{- $problems = append $problems "tunnel.pdb.enabled with one pod blocks every drain of its node: set it to false" -}}
{{- end -}}
{{- range $component := list "admin" "tunnel" -}}
{{- $scaling := (index $v $component).autoscaling -}}
{{- if and $scaling.enabled (gt (int $scaling.minReplicas) (int $scaling.maxReplicas)) -}}
{{- $problems = append $problems (printf "%s.autoscaling.minReplicas is more than maxReplicas" $component) -}}
{{- end -}}
{{- end -}}
{{- $adminPods := ternary $v.admin.autoscaling.minReplicas $v.admin.replicas $v.admin.autoscaling.enabled | int -}}
{{- if and $v.admin.pdb.enabled (gt $adminPods 1) (ge (int $v.admin.pdb.minAvailable) $adminPods) -}}
{{- $problems = append $problems (printf "admin.pdb.minAvailable is %d of %d pods, which blocks every drain: make it smaller" (int $v.admin.pdb.minAvailable) $adminPods) -}}
{{- end -}}
{{- $stopping := add (int $v.tunnel.preStopSeconds) (trimSuffix "s" $v.tunnel.shutdownGrace | int) -}}
{{- if ge $stopping (int $v.tunnel.terminationGracePeriodSeconds) -}}
{{- $problems = append $problems (printf "tunnel.terminationGracePeriodSeconds must be more than preStopSeconds and shutdownGrace together (%d)" $stopping) -}}
{{- end -}}

{{- $ports := sub (int $tcp.to) (int $tcp.from) | add1 | int -}}
{{- if lt $ports 1 -}}
{{- $problems = append $problems "tunnel.tcp.to is below tunnel.tcp.from" -}}
{{- end -}}
{{- range $port := list 2222 8001 8090 8443 -}}
{{- if and (ge $port (int $tcp.from)) (le $port (int $tcp.to)) -}}
{{- $problems = append $problems (printf "tunnel.tcp.from to tunnel.tcp.to contains %d, which tunnel-server uses itself" $port) -}}
{{- end -}}
{{- end -}}
{{- if eq $tcp.mode "static" -}}
{{- if and (gt $ports 2000) (not $tcp.iUnderstandTheCost) -}}
{{- $problems = append $problems (printf "tunnel.tcp.mode static with %d ports slows down every connection of every node: use fewer than 2001, or mode dynamic, or say tunnel.tcp.iUnderstandTheCost=true" $ports) -}}
{{- end -}}
{{- if and (gt $ports (int $tcp.portsPerService)) (eq $service.type "LoadBalancer") (not $v.tunnel.service.metallb.ip) -}}
{{- $problems = append $problems (printf "%d static ports need more than one Service, and these share an address by MetalLB only: set tunnel.service.metallb.ip, or use at most tunnel.tcp.portsPerService (%d) ports" $ports (int $tcp.portsPerService)) -}}
{{- end -}}
{{- end -}}
{{- if and (eq $tcp.mode "hostNetwork") (gt (int $v.tunnel.replicas) 1) (ne $v.tunnel.antiAffinity "required") -}}
{{- $problems = append $problems "tunnel.tcp.mode hostNetwork with several pods needs tunnel.antiAffinity=required: two pods cannot have the same ports of one node" -}}
{{- end -}}
{{- if and (eq $tcp.mode "dynamic") (ne $service.type "LoadBalancer") -}}
{{- $problems = append $problems "tunnel.tcp.mode dynamic needs tunnel.service.type LoadBalancer" -}}
{{- end -}}
{{- if and (eq $tcp.mode "dynamic") (or (gt (int $v.tunnel.replicas) 1) $v.tunnel.autoscaling.enabled) -}}
{{- $problems = append $problems "tunnel.tcp.mode dynamic is for one pod: several would remove each other's ports from the Service. Set tunnel.replicas to 1, or another mode" -}}
{{- end -}}

{{- if $v.ingressLoadBalancer.enabled -}}
{{- if not $service.metallb.ip -}}
{{- $problems = append $problems "ingressLoadBalancer.enabled needs tunnel.service.metallb.ip: only a named address is shared for sure" -}}
{{- end -}}
{{- if ne $service.externalTrafficPolicy "Cluster" -}}
{{- $problems = append $problems "ingressLoadBalancer.enabled needs tunnel.service.externalTrafficPolicy=Cluster: MetalLB does not share an address between Services of different pods otherwise" -}}
{{- end -}}
{{- end -}}
{{- if and $v.ingress.enabled $v.gateway.enabled -}}
{{- $problems = append $problems "ingress.enabled and gateway.enabled exclude each other: choose one" -}}
{{- end -}}
{{- if and $v.gateway.enabled $v.gateway.create (not $v.gateway.className) -}}
{{- $problems = append $problems "gateway.className is empty: name the GatewayClass, or set gateway.create=false and gateway.parentRefs" -}}
{{- end -}}
{{- if and $v.gateway.enabled (not $v.gateway.create) (not $v.gateway.parentRefs) -}}
{{- $problems = append $problems "gateway.parentRefs is empty: name the Gateway that the routes attach to, or set gateway.create=true" -}}
{{- end -}}

{{- $clouds := 0 -}}
{{- range $cloud := list "gcp" "aws" "azure" -}}
{{- if (index $v.publicIP $cloud).enabled -}}{{- $clouds = add1 $clouds -}}{{- end -}}
{{- end -}}
{{- if gt (int $clouds) 1 -}}
{{- $problems = append $problems "publicIP: enable one cloud, not several" -}}
{{- end -}}
{{- if and $v.publicIP.gcp.enabled (not $v.publicIP.gcp.addressName) -}}
{{- $problems = append $problems "publicIP.gcp.addressName is empty: name the regional address" -}}
{{- end -}}
{{- if and $v.publicIP.gcp.create (not $v.publicIP.gcp.projectId) -}}
{{- $problems = append $problems "publicIP.gcp.projectId is empty: Config Connector needs the project" -}}
{{- end -}}
{{- if and $v.publicIP.aws.enabled $v.publicIP.aws.subnets $v.publicIP.aws.eipAllocations (ne (len $v.publicIP.aws.subnets) (len $v.publicIP.aws.eipAllocations)) -}}
{{- $problems = append $problems "publicIP.aws.eipAllocations must have as many entries as publicIP.aws.subnets" -}}
{{- end -}}
{{- $cloudPorts := dict "aws" 50 "gcp" 100 -}}
{{- range $cloud, $most := $cloudPorts -}}
{{- if and (index $v.publicIP $cloud).enabled (eq $tcp.mode "static") (gt (add $ports 3) $most) -}}
{{- $problems = append $problems (printf "tunnel.tcp: %d ports are more than a load balancer of %s has (%d, with SSH and HTTP)" $ports $cloud $most) -}}
{{- end -}}
{{- end -}}

{{- $db := $v.postgresql -}}
{{- if eq $db.mode "external" -}}
{{- if not $db.external.urlsSecret -}}
{{- if not $db.external.host -}}
{{- $problems = append $problems "postgresql.external.host is empty: name the database's host, or set postgresql.external.urlsSecret" -}}
{{- end -}}
{{- if not $v.externalSecrets.enabled -}}
{{- range $login := list "owner" "admin" "tunnel" -}}
{{- if not (index $db.auth $login).existingSecret -}}
{{- $problems = append $problems (printf "postgresql.auth.%s.existingSecret is empty: with postgresql.mode=external, name a Secret with the keys username and password" $login) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and (eq $db.mode "cnpg") $db.cnpg.backup.enabled (not $db.cnpg.backup.destinationPath) -}}
{{- $problems = append $problems "postgresql.cnpg.backup.destinationPath is empty: say where the backups go, such as s3://bucket/portr" -}}
{{- end -}}
{{- if and (eq $db.mode "cnpg") $v.backup.enabled -}}
{{- $problems = append $problems "backup.enabled makes dumps of bundled and external databases: with postgresql.mode=cnpg use postgresql.cnpg.backup" -}}
{{- end -}}
{{- if and $v.backup.offsite.enabled (or (not $v.backup.offsite.remote) (not $v.backup.offsite.existingSecret)) -}}
{{- $problems = append $problems "backup.offsite needs remote (REMOTE:BUCKET/PATH) and existingSecret (with the key rclone.conf)" -}}
{{- end -}}
{{- if and $v.restore.enabled (not $v.restore.dump) -}}
{{- $problems = append $problems "restore.dump is empty: name the dump, such as daily/portr-20260101T020000Z.dump" -}}
{{- end -}}
{{- if and $v.restore.enabled (eq $v.restore.source "remote") (not $v.backup.offsite.enabled) -}}
{{- $problems = append $problems "restore.source remote needs backup.offsite" -}}
{{- end -}}
{{- if and $v.restore.enabled (not $v.backup.enabled) -}}
{{- $problems = append $problems "restore.enabled needs backup.enabled, whose volume and scripts it uses" -}}
{{- end -}}
{{- if and $v.externalSecrets.enabled (not $v.externalSecrets.secretStoreRef.name) -}}
{{- $problems = append $problems "externalSecrets.secretStoreRef.name is empty: name the store" -}}
{{- end -}}
{{- if $v.dns.gcp.enabled -}}
{{- if or (not $v.dns.gcp.projectId) (not $v.dns.gcp.zone) (not $v.dns.gcp.records) -}}
{{- $problems = append $problems "dns.gcp needs projectId, zone and records" -}}
{{- end -}}
{{- if not (or $v.dns.gcp.googleServiceAccount $v.dns.gcp.existingSecret) -}}
{{- $problems = append $problems "dns.gcp needs googleServiceAccount (Workload Identity) or existingSecret (with the key key.json)" -}}
{{- end -}}
{{- end -}}
{{- if and $v.config.plainHttp (ne $v.tls.mode "none") -}}
{{- $problems = append $problems "config.plainHttp with a certificate: set tls.mode=none, or config.plainHttp=false" -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
