{{/* Name of the application, for labels. */}}
{{- define "broker-0.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Name of every object of a release. A Service's name is a DNS label: 63 characters at most. */}}
{{- define "broker-0.fullname" -}}
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
{{- define "broker-0.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* What selects the pods. A Deployment's selector cannot be changed, so nothing that changes stands here. */}}
{{- define "broker-0.selectorLabels" -}}
app.kubernetes.io/name: {{ include "broker-0.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* Labels of an object whose app.kubernetes.io/name says something else: the test's pod. */}}
{{- define "broker-0.releaseLabels" -}}
helm.sh/chart: {{ include "broker-0.chart" . | quote }}
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
{{- define "broker-0.labels" -}}
{{ include "broker-0.selectorLabels" . }}
{{ include "broker-0.releaseLabels" . }}
{{- end }}
