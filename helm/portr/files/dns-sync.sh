#!/bin/bash
# Keeps the records of RECORDS in a Google Cloud DNS zone equal to the address of a Service. A line of RECORDS is
# "NAME TYPE [DATA]"; without DATA the Service's address is meant. Records that are right are not touched.
set -euo pipefail

: "${API_SERVER:=https://kubernetes.default.svc}"
: "${ACCOUNT_DIR:=/var/run/secrets/kubernetes.io/serviceaccount}"

if [ -n "${GOOGLE_APPLICATION_CREDENTIALS:-}" ]; then
  gcloud auth activate-service-account --quiet --key-file="$GOOGLE_APPLICATION_CREDENTIALS"
fi

service=$(curl --silent --show-error --fail --max-time 20 --cacert "$ACCOUNT_DIR/ca.crt" \
  --header "Authorization: Bearer $(cat "$ACCOUNT_DIR/token")" \
  "$API_SERVER/api/v1/namespaces/$NAMESPACE/services/$SERVICE")
# The first address in status.loadBalancer.ingress; no JSON tool is in the image.
status=$(tr -d ' \n' <<<"$service" | sed -n 's/.*"loadBalancer":{"ingress":\[\([^]]*\)\].*/\1/p')
ip=$(sed -n 's/.*"ip":"\([^"]*\)".*/\1/p' <<<"${status%%\}*}")
host=$(sed -n 's/.*"hostname":"\([^"]*\)".*/\1/p' <<<"${status%%\}*}")
if [ -z "$ip$host" ]; then
  echo "dns.waiting service=$SERVICE (it has no address yet)"
  exit 0
fi

failed=0
while read -r name type data; do
  [ -n "$name" ] || continue
  if [ -z "$data" ]; then
    case $type in
      A | AAAA)
        data=$ip
        if [ -z "$data" ]; then
          echo "dns.failed name=$name: the load balancer has a host name, $host (expected: type CNAME)" >&2
          failed=1
          continue
        fi
        case $type:$data in
          A:*:*) continue ;;
          AAAA:*:*) ;;
          AAAA:*) continue ;;
        esac
        ;;
      CNAME) data=${host:+$host.} ;;
    esac
  fi
  if [ -z "$data" ]; then
    echo "dns.failed name=$name type=$type: no data" >&2
    failed=1
    continue
  fi
  where=("$name." --project="$PROJECT" --zone="$ZONE" --type="$type")
  now=$(gcloud dns record-sets describe "${where[@]}" --format='value(rrdatas[0],ttl)' 2>/dev/null || true)
  if [ "$now" = "$data"$'\t'"$TTL" ]; then
    echo "dns.unchanged name=$name type=$type"
    continue
  fi
  verb=update
  [ -n "$now" ] || verb=create
  if gcloud dns record-sets "$verb" "${where[@]}" --ttl="$TTL" --rrdatas="$data" --quiet >/dev/null; then
    echo "dns.$verb name=$name type=$type data=$data"
  else
    echo "dns.failed name=$name type=$type verb=$verb" >&2
    failed=1
  fi
done <<<"$RECORDS"
exit "$failed"
