resource "aws_iam_role" "gce_pulls" {
  name               = "gce-pulls"
  assume_role_policy = file("trust-policy.json")
}

resource "aws_iam_role_policy_attachment" "gce_pulls" {
  role       = aws_iam_role.gce_pulls.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"
}
