resource "aws_iam_openid_connect_provider" "cluster" {
  url            = "https://oidc.example.com/clusters/on-premises"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "image_pulls" {
  name               = "image-pulls"
  assume_role_policy = file("trust-policy.json")
}

resource "aws_iam_role_policy_attachment" "image_pulls" {
  role       = aws_iam_role.image_pulls.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"
}
