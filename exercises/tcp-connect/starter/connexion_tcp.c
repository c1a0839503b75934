/* Exercice : se connecter à un serveur TCP. */
#include <arpa/inet.h>  /* htons, inet_pton */
#include <netinet/in.h> /* struct sockaddr_in, IPPORT_USERRESERVED */
#include <stdio.h>
#include <stdlib.h>
#include <string.h> /* memset */
#include <sys/socket.h>
#include <unistd.h>

#define ADRESSE "127.0.0.1" /* du serveur, à modifier selon vos besoins */
#define PORT IPPORT_USERRESERVED /* 5000 */

int main(void)
{
    /* Étape 1 : créer un socket TCP/IPv4. */

    /* Étape 2 : remplir une struct sockaddr_in : à zéro d'abord, puis la famille, le port, l'adresse. */

    /* Étape 3 : se connecter. En cas d'échec : perror(), fermer le socket, EXIT_FAILURE. */

    /* Étape 4 : dire que la connexion est faite, fermer le socket, terminer avec EXIT_SUCCESS. */

    fprintf(stderr, "connexion_tcp : à compléter (vers %s, port %d)\n", ADRESSE, PORT);
    return EXIT_FAILURE;
}
