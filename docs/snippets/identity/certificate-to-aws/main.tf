resource "aws_rolesanywhere_trust_anchor" "cluster" {
  name    = "cluster"
  enabled = true

  source {
    source_type = "CERTIFICATE_BUNDLE"
    source_data {
      x509_certificate_data = file("ca.crt")
    }
  }
}

resource "aws_iam_role" "certificate_pulls" {
  name               = "certificate-pulls"
  assume_role_policy = file("trust-policy.json")
}

resource "aws_iam_role_policy_attachment" "certificate_pulls" {
  role       = aws_iam_role.certificate_pulls.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"
}

resource "aws_rolesanywhere_profile" "cluster" {
  name      = "cluster"
  enabled   = true
  role_arns = [aws_iam_role.certificate_pulls.arn]
}
