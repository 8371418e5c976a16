{{- define "martlet.name" -}}{{ .Release.Name | trunc 53 | trimSuffix "-" }}{{- end }}
{{- define "martlet.selector" -}}
app.kubernetes.io/name: martlet
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "martlet.labels" -}}
{{ include "martlet.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}
{{- define "martlet.settings" -}}
model_repository: /models
model_control_mode: {{ .Values.models.controlMode }}
listen: 0.0.0.0
drain: {{ .Values.drain.seconds }}s
log_format: {{ .Values.server.logFormat }}
log_level: {{ .Values.server.logLevel }}
{{- if .Values.server.loadReports }}
load_reports: true
{{- end }}
{{- if .Values.server.threads }}
threads: {{ .Values.server.threads }}
{{- end }}
{{- if .Values.tls.secret }}
tls_cert: /tls/tls.crt
tls_key: /tls/tls.key
{{- if .Values.tls.clientCASecret }}
tls_client_ca: /client-ca/ca.crt
{{- end }}
{{- end }}
{{- if .Values.tokens.secret }}
auth_token_file: /tokens/tokens
{{- end }}
limits:
  max_connection_age: {{ .Values.server.maxConnectionAge }}
{{- with .Values.server.settings }}
{{- toYaml . | nindent 0 }}
{{- end }}
{{- end }}
{{- define "martlet.settingsName" -}}{{ include "martlet.name" . }}-{{ include "martlet.settings" . | sha256sum | trunc 8 }}{{- end }}
