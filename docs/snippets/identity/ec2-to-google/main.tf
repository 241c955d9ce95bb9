resource "google_iam_workload_identity_pool" "image_pulls" {
  project                   = "imagecred-prod"
  workload_identity_pool_id = "image-pulls"
}

resource "google_iam_workload_identity_pool_provider" "ec2" {
  project                            = "imagecred-prod"
  workload_identity_pool_id          = google_iam_workload_identity_pool.image_pulls.workload_identity_pool_id
  workload_identity_pool_provider_id = "ec2"

  attribute_mapping = {
    "google.subject" = "assertion.arn"
    "attribute.role" = "assertion.arn.extract('{account}assumed-role/') + 'assumed-role/' + assertion.arn.extract('assumed-role/{role}/')"
  }

  aws {
    account_id = "123456789012"
  }
}

resource "google_service_account" "image_puller" {
  project    = "imagecred-prod"
  account_id = "image-puller"
}

resource "google_service_account_iam_member" "image_puller" {
  service_account_id = google_service_account.image_puller.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/image-pulls/attribute.role/arn:aws:sts::123456789012:assumed-role/node"
}

resource "google_artifact_registry_repository_iam_member" "image_puller" {
  project    = "imagecred-prod"
  location   = "us-central1"
  repository = "repo"
  role       = "roles/artifactregistry.reader"
  member     = google_service_account.image_puller.member
}
