variable "imagecred" {
  type        = string
  description = "Directory with SHA256SUMS, the executables, and what imagecred init wrote."
}

build {
  sources = ["source.amazon-ebs.node"]

  # After the provisioners that install the kubelet.
  provisioner "file" {
    source      = "${var.imagecred}/"
    destination = "/tmp/imagecred"
  }
  provisioner "shell" {
    script          = "${path.root}/install.sh"
    execute_command = "sudo {{ .Path }} /tmp/imagecred && rm -r /tmp/imagecred"
  }
}
