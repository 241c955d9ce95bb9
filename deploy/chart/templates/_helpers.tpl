{{- define "imagecred.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "imagecred.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains (include "imagecred.name" .) .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "imagecred.name" .) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "imagecred.selector" -}}
app.kubernetes.io/name: {{ include "imagecred.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "imagecred.labels" -}}
{{ include "imagecred.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name (.Chart.Version | replace "+" "_") }}
{{- end }}

{{- define "imagecred.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{/*
The distribution's paths on a node, as JSON, after the overrides of the values. Fails if the chart cannot install on the distribution.
*/}}
{{- define "imagecred.places" -}}
{{- $presets := .Files.Get "presets.yaml" | fromYaml }}
{{- $id := required (printf "distribution is missing: must be one of %s. `imagecred init --helm` writes it into the values" (keys $presets.distributions | sortAlpha | join ", ")) .Values.distribution }}
{{- with get $presets.refused $id }}{{ fail . }}{{ end }}
{{- $preset := get $presets.distributions $id }}
{{- if not $preset }}{{ fail (printf "unknown distribution %s: must be one of %s" $id (keys $presets.distributions | sortAlpha | join ", ")) }}{{ end }}
{{- $node := .Values.node }}
{{- $binDir := $node.binDir | default $preset.binDir }}
{{- $configPath := $node.configPath | default $preset.configPath }}
{{- $flags := $preset.flagsDirectory }}
{{- if $node.flagsDirectory }}{{ $flags = $node.flagsDirectory }}{{ end }}
{{- $configDir := dir $configPath }}
{{- /* The record of what was installed, which rollback and uninstall need. */}}
{{- $writes := list (dict "path" "/var/lib/imagecred" "made" true) (dict "path" $configDir "made" true) }}
{{- if not (hasPrefix (printf "%s/" $configDir) (printf "%s/" $binDir)) }}{{ $writes = append $writes (dict "path" $binDir "made" true) }}{{ end }}
{{- with $flags }}{{ $writes = append $writes (dict "path" . "made" $preset.flagsDirectoryIsMade) }}{{ end }}
{{- /* Mounts each directory only once: a directory that is written can also be read. */}}
{{- $reads := without $node.unitDirectories ($flags | default "") }}
{{- dict "binDir" $binDir "configPath" $configPath "writes" $writes "reads" $reads "restart" $preset.restart "title" $preset.title | toJson }}
{{- end }}

{{/*
The command line of imagecred. @param nodeRoot the node's root directory as the container sees it
*/}}
{{- define "imagecred.command" -}}
{{- $values := .root.Values }}
{{- $command := list "/imagecred" }}
{{- if eq $values.mode "uninstall" }}
{{- $command = concat $command (list "uninstall" "--root" .nodeRoot) }}
{{- else }}
{{- $command = concat $command (list "install" "/config" "--root" .nodeRoot "--distribution" $values.distribution "--executables" "/") }}
{{- with $values.node.binDir }}{{ $command = concat $command (list "--bin-dir" .) }}{{ end }}
{{- with $values.node.configPath }}{{ $command = concat $command (list "--config-path" .) }}{{ end }}
{{- /* The restart container can see the running kubelet and its version. */}}
{{- $server := .root.Capabilities.KubeVersion }}
{{- $version := ternary "" (printf "%s.%s" $server.Major ($server.Minor | trimSuffix "+")) (.restart | default false) }}
{{- with $values.node.kubernetesVersion | default $version }}{{ $command = concat $command (list "--kubernetes-version" .) }}{{ end }}
{{- if $values.node.merge }}{{ $command = append $command "--merge" }}{{ end }}
{{- end }}
{{- if .restart }}{{ $command = concat $command (list "--restart" "--wait" $values.restart.wait) }}{{ end }}
{{- toYaml $command }}
{{- end }}
