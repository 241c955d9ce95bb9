# A node of a kubeadm cluster on which the plugins and imagecred are installed, as docs/node-image-builder.md does it, with the
# downloaded files in the current directory.
# $EXECUTABLES is where they were built, $AZURE_JSON what the cloud wrote.
bin=/usr/local/libexec/kubernetes/credential-providers
mkdir -p "$bin" /etc/kubernetes
install -m 0755 "$EXECUTABLES"/*-credential-provider "$bin"
ln -s ecr-credential-provider "$bin/ecr-credential-provider-partner"
install -m 0755 "$EXECUTABLES/imagecred" /usr/local/bin/imagecred
for file in "$EXECUTABLES"/{*-credential-provider,imagecred}; do ln -s "$file" "$(basename "$file")-linux-amd64"; done
# The plugin that docs/migrate/auth-provider-gcp.md replaces.
mkdir -p /home/kubernetes/bin
printf '#!/bin/sh\nexit 3\n' > /home/kubernetes/bin/auth-provider-gcp
install -m 0644 "$AZURE_JSON" /etc/kubernetes/azure.json
imagecred init --cloud aws,azure,gcp --distribution kubeadm --azure-config /etc/kubernetes/azure.json -d init > /dev/null
install -m 0644 init/credential-provider-config.yaml /etc/kubernetes/credential-provider-config.yaml
rm -r init
cp docs/snippets/config/* .
printf '%s' "$POD_TOKEN_AWS" > token
printf '%s' "$POD_TOKEN_AZURE" > azure-token
