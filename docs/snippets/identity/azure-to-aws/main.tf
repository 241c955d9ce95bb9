resource "azuread_application" "audience" {
  display_name    = "imagecred-aws-nodes"
  identifier_uris = ["api://imagecred-aws-nodes"]
}

resource "azuread_service_principal" "audience" {
  client_id = azuread_application.audience.client_id
}

resource "aws_iam_openid_connect_provider" "tenant" {
  url            = "https://sts.windows.net/10000000-aaaa-4aaa-8aaa-000000000001/"
  client_id_list = ["api://imagecred-aws-nodes"]
}

resource "aws_iam_role" "azure_pulls" {
  name               = "azure-pulls"
  assume_role_policy = file("trust-policy.json")
}

resource "aws_iam_role_policy_attachment" "azure_pulls" {
  role       = aws_iam_role.azure_pulls.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"
}
