{{/* Name of the application, for labels. */}}
{{- define "svc7.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Name of every object of a release. A Service's name is a DNS label: 63 characters at most. */}}
{{- define "svc7.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* Chart and version, for the label helm.sh/chart; a label's value cannot hold the + of a version. */}}
{{- define "svc7.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* What selects the pods. A Deployment's selector cannot be changed, so nothing that changes stands here. */}}
{{- define "svc7.selectorLabels" -}}
app.kubernetes.io/name: {{ include "svc7.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* Labels of an object whose app.kubernetes.io/name says something else: the test's pod. */}}
{{- define "svc7.releaseLabels" -}}
helm.sh/chart: {{ include "svc7.chart" . | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
{{- with .Chart.AppVersion }}
app.kubernetes.io/version: {{ . | quote }}
{{- end }}
{{- with .Values.partOf }}
app.kubernetes.io/part-of: {{ . | quote }}
{{- end }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Labels of every object. */}}
{{- define "svc7.labels" -}}
{{ include "svc7.selectorLabels" . }}
{{ include "svc7.releaseLabels" . }}
{{- end }}

{{/* Labels of the test's pod: other than the selector's, so that the Service sends it no requests. */}}
{{- define "svc7.testSelectorLabels" -}}
app.kubernetes.io/name: {{ printf "%s-test" (include "svc7.name" . | trunc 58 | trimSuffix "-") | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "svc7.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "svc7.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* Number of pods; nothing where it is not the chart's to say: what an autoscaler or a person sets is nobody's mistake. */}}
{{- define "svc7.replicas" -}}
{{- $replicas := ternary nil .Values.replicaCount ((.Values.autoscaling).enabled | default false) }}
{{- if kindIs "invalid" $replicas }}
{{- $replicas = .Values.keepReplicas }}
{{- end }}
{{- if not (kindIs "invalid" $replicas) }}{{ int $replicas }}{{ end }}
{{- end }}

{{/* Whether there may be more than one pod, now or later. */}}
{{- define "svc7.maySpread" -}}
{{- if (.Values.autoscaling).enabled }}
{{- if gt (int (.Values.autoscaling).maxReplicas) 1 }}true{{ end }}
{{- else if kindIs "invalid" .Values.replicaCount }}true
{{- else if gt (int .Values.replicaCount) 1 }}true
{{- end }}
{{- end }}

{{/* repository, then :tag and @digest where they are given. */}}
{{- define "svc7.image" -}}
{{- .Values.image.repository }}
{{- with .Values.image.tag }}:{{ . }}{{ end }}
{{- with .Values.image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* runAsGroup came with Kubernetes 1.10; helm refuses a field that the cluster does not know. */}}
{{- define "svc7.podSecurityContext" -}}
{{- if semverCompare ">=1.10-0" .Capabilities.KubeVersion.Version }}
{{- toYaml .Values.podSecurityContext }}
{{- else }}
{{- toYaml (omit .Values.podSecurityContext "runAsGroup") }}
{{- end }}
{{- end }}
